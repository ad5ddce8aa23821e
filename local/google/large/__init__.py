"""A Drive of a hundred thousand files, in SQLite: made up from a seed, kept in a file, searched by indexes."""
