"""`drive-agent audit`: who accessed what between two times."""
