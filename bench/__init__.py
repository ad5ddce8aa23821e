"""Measures the budgets of docs/budgets.md: `make bench`. Never part of the product, and never asserted in a test."""
