from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tools.finding.request import Request
from tools.finding.wider import MAX_CLOSE, widenings

texts = st.sampled_from(["", "one", "two words", "予算"])
requests = st.builds(
    Request,
    words=texts,
    content=texts,
    phrase=texts,
    kind=st.sampled_from(["any", "pdf"]),
    owner=texts,
    modified=st.sampled_from(["", "last week"]),
    folder=texts,
    trash=st.sampled_from(["exclude", "include"]),
)


def said(request, **values):
    return [wider.said for wider in widenings(request, **({"may_look_inside": True} | values))]


def test_words_are_tried_one_by_one_then_inside_then_anywhere():
    assert said(Request(words="Q3 budget"))[:4] == [
        "the trash",
        "any one of the words in the name",
        "the words inside files",
        "the words anywhere in the name",
    ]


def test_days_are_read_another_way_before_they_are_left_out():
    assert said(Request(kind="pdf", modified="last week"))[:3] == [
        "the trash",
        "created, not changed, in that time",
        "at any time",
    ]


def test_a_phrase_is_loosened_to_its_words():
    (_, first, *_) = widenings(Request(content="late", phrase="in March"), may_look_inside=True)
    assert (first.request.content, first.request.phrase) == ("late in March", "")


def test_nothing_looks_inside_where_that_is_off():
    assert "the words inside files" not in said(Request(words="budget"), may_look_inside=False)


def test_a_search_for_a_kind_alone_is_not_widened_to_everything():
    assert said(Request(kind="video")) == ["the trash"]


@given(requests, st.booleans())
def test_each_try_differs_in_one_thing_keeps_the_person_and_is_short(request, inside):
    tries = widenings(request, may_look_inside=inside)
    assert len(tries) <= 6
    for wider in tries:
        assert wider.request.limit == MAX_CLOSE
        assert (wider.request.owner, wider.request.changed_by) == (request.owner, request.changed_by)
        assert replace(wider.request, limit=request.limit) != request
