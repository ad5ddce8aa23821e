"""The stand-in for Google: accounts with OAuth 2.0, and Drive v3, on loopback.

`python -m local.google --port 4567` runs it; `create_app` in `app.py` is the application.
"""
