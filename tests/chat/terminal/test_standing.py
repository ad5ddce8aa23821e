from hypothesis import given
from hypothesis import strategies as st

from chat.plain import plain_line
from chat.terminal.standing import Standing, read_standing

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CONNECTION = st.fixed_dictionaries({}, optional=dict.fromkeys(("connected", "account", "scopes", "last_used"), JSON))


@given(st.dictionaries(st.sampled_from(["connections", "error"]), JSON | st.lists(CONNECTION, max_size=3)))
def test_whatever_the_answer_is_it_becomes_something_to_show(answer):
    standing = read_standing(answer)
    assert standing.account == plain_line(standing.account)
    assert standing.is_known or standing.trouble == plain_line(str(answer["error"]))


def test_of_two_connections_the_one_that_is_there_is_told():
    first = {"connected": False}
    second = {"connected": True, "account": {"email": "alice@gmail.example"}}
    assert read_standing({"connections": [first, second]}) == Standing(
        is_known=True, is_connected=True, account="alice@gmail.example"
    )
