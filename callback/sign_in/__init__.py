"""Who is at the browser: OpenID Connect, a token of this computer, and keeping the proof alive."""
