"""The web chat: a page, its JSON API and AG-UI, on the callback service's origin."""
