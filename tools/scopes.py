"""The two scopes that we ever ask Google for, and which of them covers what. Pure.

`drive.metadata.readonly` opens names and details; `drive.readonly` alone opens all that we call, contents and the list
of shared drives included: https://developers.google.com/workspace/drive/api/guides/api-specific-auth
"""

from collections.abc import Collection, Iterable

__all__ = ["CONTENTS", "CONTENT_SCOPE", "DETAILS", "METADATA_SCOPE", "covering", "lacking"]

METADATA_SCOPE = "https://www.googleapis.com/auth/drive.metadata.readonly"
CONTENT_SCOPE = "https://www.googleapis.com/auth/drive.readonly"

DETAILS = (METADATA_SCOPE,)
CONTENTS = (CONTENT_SCOPE,)


def covering(needed: Iterable[str]) -> tuple[str, ...]:
    """Return what to ask for where all of `needed` are: the wide scope alone covers the narrow one, too."""
    scopes = sorted(set(needed))
    return CONTENTS if CONTENT_SCOPE in scopes else tuple(scopes)


def lacking(needed: Iterable[str], granted: Collection[str]) -> tuple[str, ...]:
    """Return what of `needed` a grant of `granted` does not cover."""
    return () if CONTENT_SCOPE in granted else tuple(scope for scope in needed if scope not in granted)
