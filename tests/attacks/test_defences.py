"""Every defence in the table is taken out by some attack; the table is what docs/security.md may count."""

import re
from pathlib import Path

from tests.attacks.defences import DEFENCES

HERE = Path(__file__)
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HERE.parent.glob("test_*.py")) if path != HERE)


def test_every_defence_is_shown_to_be_the_one_that_stops_an_attack():
    taken_out = re.findall(r"without=(\([^)]*\)|\"[^\"]*\")", SOURCES)
    shown = {name for group in taken_out for name in re.findall(r'"([^"]+)"', group)}
    assert shown == set(DEFENCES)


def test_most_defences_are_taken_out_alone():
    alone = set(re.findall(r'without="([^"]+)"', SOURCES))
    assert len(alone) >= 15, alone
