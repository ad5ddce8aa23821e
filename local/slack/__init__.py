"""A stand-in for Slack on this machine: one small workspace, its Web API, events, Socket Mode and Sign in with Slack.

It is not Slack: everybody may be anybody, and everything is forgotten when it stops.
"""
