"""A scripted planner in the place of a language model: patterns and templates, nothing learned, nothing guessed.

It reads a question about Google Drive, calls the tools that the request offers, and words an answer from their results.
What it does not understand it says so. English and basic Japanese.
"""

from local.aws.bedrock.planner.plan import plan

__all__ = ["plan"]
