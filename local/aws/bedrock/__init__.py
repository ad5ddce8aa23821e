"""Stand-in for Amazon Bedrock's Converse operations, answered by a scripted planner that is not a language model."""
