"""Does the agent answer well? Cases as data, small graders, a threshold that fails; all over the wire."""
