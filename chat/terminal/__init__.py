"""The front end of `drive-agent chat`: a conversation in a terminal, in a pipe, or as JSON lines."""
