"""A notebook of Colab or Jupyter, version 4. Pure.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import json
from typing import Any

from tools.extraction.draft import Draft

__all__ = ["read"]


def read(content: bytes, draft: Draft) -> None:
    """Write the cells in their order, with what they printed; pictures and other data are left out."""
    for cell in json.loads(content)["cells"]:
        source = _joined(cell["source"])
        draft.line(f"```\n{source}\n```" if cell["cell_type"] == "code" else source)
        for output in cell.get("outputs", ()):
            text = _joined(output.get("text") or output.get("data", {}).get("text/plain", ""))
            if text.strip():
                draft.line(f"Output:\n{text}")
        draft.line()


def _joined(text: Any) -> str:  # a notebook holds a string or a list of lines
    return text if isinstance(text, str) else "".join(text)
