"""The browser's side of consent: sign in, connect, session binding, connections."""
