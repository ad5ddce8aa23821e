"""All HTTP to Google: Drive v3 through the official client, and token revocation. Nothing else here speaks to it."""
