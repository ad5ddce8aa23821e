"""The Drives that everybody starts with, as data: one module for each owner."""
