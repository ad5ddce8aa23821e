"""Turn the bytes of a file into text for a model. What needs a parser is parsed in a process of its own."""
