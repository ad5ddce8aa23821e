"""The conversation: a payload comes in, a turn runs, events go out; it pauses for consent and resumes."""
