from hypothesis import given
from hypothesis import strategies as st

from tools.scopes import CONTENT_SCOPE, CONTENTS, DETAILS, METADATA_SCOPE, covering, lacking

SCOPES = st.sets(st.sampled_from([METADATA_SCOPE, CONTENT_SCOPE]))


def test_the_wide_scope_covers_the_narrow_one_and_not_the_other_way_round():
    assert covering([METADATA_SCOPE, CONTENT_SCOPE, METADATA_SCOPE]) == CONTENTS
    assert covering([METADATA_SCOPE, METADATA_SCOPE]) == DETAILS
    assert covering([]) == ()
    assert lacking(DETAILS, CONTENTS) == ()
    assert lacking(CONTENTS, DETAILS) == CONTENTS
    assert lacking(DETAILS, ()) == DETAILS


@given(SCOPES)
def test_what_is_asked_for_covers_all_that_is_needed_with_one_scope(needed):
    asked = covering(needed)
    assert len(asked) <= 1
    assert lacking(needed, asked) == ()


@given(SCOPES, SCOPES)
def test_what_a_grant_lacks_is_nothing_that_was_not_needed(needed, granted):
    assert set(lacking(needed, granted)) <= needed - granted
