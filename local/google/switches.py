"""Where nobody outside Google knows what Drive does: one switch for each open question, with our guess as default.

Set with `POST /_standin/switches`.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Switches"]


@dataclass(slots=True)
class Switches:
    """`full_text_metadata`: fullText search under a metadata scope is allowed, forbidden, or finds names only.

    `full_text_parents`: fullText together with `in parents` works, or finds nothing.
    `scope_error`: which of the three bodies a 403 for missing scopes has.
    `full_text_order_status`: the status of fullText with orderBy, 403 or 400.
    """

    full_text_metadata: Literal["allow", "forbid", "names"] = "allow"
    full_text_parents: Literal["allow", "nothing"] = "allow"
    scope_error: Literal["a", "b", "c"] = "c"
    full_text_order_status: Literal[403, 400] = 403
