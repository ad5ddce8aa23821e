"""The baselines ask as the product does: the vault gives a token only to who asks with the same parameters."""

import re
from pathlib import Path

import pytest

from tools import consent

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.mark.parametrize("name", ["baseline_agent.py", "rig.py"])
def test_a_baseline_asks_the_vault_with_the_products_own_google_parameters(name):
    source = (BENCH / name).read_text(encoding="utf-8")
    [asked] = re.findall(r'\{"access_type": "([^"]+)", "prompt": "([^"]+)"\}', source)
    assert dict(zip(("access_type", "prompt"), asked, strict=True)) == consent._GOOGLE_PARAMETERS
