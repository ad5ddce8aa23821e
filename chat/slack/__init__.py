"""The Slack app: questions in direct messages and channels, answers that stream, consent in private."""
