"""The `fields` parameter, without any HTTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.google.discovery import load
from local.google.masks import MaskError, check, cut, names, parse

FILE_LIST = {"$ref": "FileList"}
ANSWER = {"kind": "k", "files": [{"id": "1", "owners": [{"me": True, "kind": "u"}]}, {"id": "2"}], "nextPageToken": "t"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("kind", {"kind": "k"}),
        ("files/id", {"files": [{"id": "1"}, {"id": "2"}]}),
        ("files(id),kind", {"kind": "k", "files": [{"id": "1"}, {"id": "2"}]}),
        ("files(owners(me))", {"files": [{"owners": [{"me": True}]}, {}]}),
        ("files/owners/me", {"files": [{"owners": [{"me": True}]}, {}]}),
        ("files(id,owners/me)", {"files": [{"id": "1", "owners": [{"me": True}]}, {"id": "2"}]}),
        ("files(id),files(owners/me)", {"files": [{"id": "1", "owners": [{"me": True}]}, {"id": "2"}]}),
        ("files/id,files", {"files": ANSWER["files"]}),
        ("*", ANSWER),
        ("files/*", {"files": ANSWER["files"]}),
        ("nextPageToken, files( id )", {"nextPageToken": "t", "files": [{"id": "1"}, {"id": "2"}]}),
        ("incompleteSearch", {}),
    ],
)
def test_a_mask_leaves_what_it_names(text, left):
    assert cut(ANSWER, parse(text)) == left


@pytest.mark.parametrize(
    "text", ["", " ", ",", "a,", "a,,b", "a(", "a()", "a(b", "a)b", "a/", "/a", "a b(", "a;b", "(a)"]
)
def test_a_selection_that_cannot_be_read_is_an_error(text):
    with pytest.raises(MaskError):
        parse(text)


@given(st.text(alphabet="ab,/()* ", max_size=20))
def test_any_text_is_a_mask_or_a_mask_error(text):
    try:
        names(parse(text))
    except MaskError:
        return


@pytest.mark.parametrize(
    "field", ["nonexistent", "files/nonexistent", "files(id,owners(nonexistent))", "kind/nonexistent"]
)
def test_a_field_that_the_document_does_not_have_is_named(field):
    with pytest.raises(MaskError) as caught:
        check(parse(field), FILE_LIST, load().schemas)
    assert caught.value.field == "nonexistent"


@pytest.mark.parametrize("field", ["*", "files/*", "files(capabilities/canDownload,exportLinks/anything,properties/x)"])
def test_fields_of_the_document_pass(field):
    check(parse(field), FILE_LIST, load().schemas)
