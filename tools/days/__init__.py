"""Everyday periods ("last week", "since March") as days."""
