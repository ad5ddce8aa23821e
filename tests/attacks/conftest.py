"""Attacks on the real stack. Each must bind nothing and reveal nothing; where a defence can be taken out, it must then.

`field.withstands(attack)` plays an attack and fails when it does any harm. `field.falls_to(attack, without=…)` plays
the same attack while the service does without a defence (`defences.py`), and fails when it still does none: so the
attack is a real one, and it is that defence that stops it.
"""

import functools
import os

import httpx
import pytest

from local.stack import Options, Ports
from tests.attacks.defences import without as taken_out
from tests.attacks.stage import Stage
from tests.attacks.world import World

_one_context = functools.cache(httpx.create_ssl_context)


class Field:
    """Where attacks are played: a new world for each, on one stack."""

    def __init__(self, stack, origin=""):
        self.stack, self.origin = stack, origin

    def play(self, attack, *arguments):
        with pytest.MonkeyPatch.context() as patch:
            # Every browser here would load the trusted certificates, for connections that are all plain HTTP.
            patch.setattr("httpx._transports.default.create_ssl_context", _one_context)
            world = World(self.stack, self.origin)
            try:
                world.clean()
                answers = attack(world, *arguments)
                return world.outcome(*(answers if isinstance(answers, tuple | list) else [answers]))
            finally:
                world.close()

    def withstands(self, attack, *arguments, code="", status=0):
        """`code` or `status`: how the last answer refuses, so that an attack cannot fail for another reason."""
        outcome = self.play(attack, *arguments)
        assert outcome.harm == set(), outcome
        if code:
            assert outcome.codes[-1:] == (code,), outcome
        if status:
            assert outcome.statuses[-1] == status, outcome
        return outcome

    def falls_to(self, attack, *arguments, without):
        names = (without,) if isinstance(without, str) else without
        with taken_out(*names):
            outcome = self.play(attack, *arguments)
        assert outcome.harm, f"without {names} it should have succeeded: {outcome}"
        return outcome


@pytest.fixture(scope="session")
def stack(tmp_path_factory, _scrubbed_environment):
    with Stage(Options(home=tmp_path_factory.mktemp("attacks"), ports=Ports.free()), os.environ) as running:
        yield running


@pytest.fixture
def field(stack):
    return Field(stack)
