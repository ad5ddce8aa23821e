"""What the parsers' process keeps of our environment: where the interpreter finds its libraries, nothing else."""

import os

__all__ = ["child_environment"]

# A Python that is linked to a library of its own (AWS images have it so) does not start without the first two.
_NEEDED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def child_environment() -> dict[str, str]:
    """Make an environment without credentials, tokens or settings, for a process that handles strangers' files."""
    return {name: os.environ[name] for name in _NEEDED if name in os.environ}
