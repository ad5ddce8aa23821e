"""The front end in the terminal, and what any front end needs: the Runtime's client and the events of an answer."""
