"""Loads libraries without looking for garbage: what an import makes stays, and looking takes a tenth of a start."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Pause the garbage collector; afterwards it no longer looks at what is here now, which would stop a turn."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
