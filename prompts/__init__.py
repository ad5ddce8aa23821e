"""The words the product says and is told, as files. `load` fills in a text and refuses a missing or unused value."""

from importlib import resources
from string import Template


def load(name: str, **values: str) -> str:
    """Return the text of `<name>.md` with `$value` filled in.

    Raises: `KeyError` for a value that is missing, `ValueError` for one that the text does not use.
    """
    template = Template((resources.files(__name__) / f"{name}.md").read_text(encoding="utf-8").strip())
    unused = values.keys() - set(template.get_identifiers())
    if unused:
        raise ValueError(f"{name}.md does not use {sorted(unused)}")
    return template.substitute(values)
