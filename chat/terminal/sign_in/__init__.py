"""How a person signs in from the terminal, and what is kept of it."""
