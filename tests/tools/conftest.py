import pytest

from tests.support.stand_in import stand_in


@pytest.fixture(scope="session")
def drive():
    """The stand-in with everybody's seeded Drive, as on Friday 2026-11-20."""
    with stand_in() as running:
        yield running
