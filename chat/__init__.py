"""The front ends: terminal, web and Slack, and what they share: the agent's client, its events, waiting for consent."""
