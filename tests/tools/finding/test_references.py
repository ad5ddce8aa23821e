# ruff: noqa: RUF001 - people write full-width and curly characters
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tools.errors import RetryableToolError
from tools.finding.references import ByHandle, ById, ByPath, InvalidReferenceError, Root, parse_reference

ID = "1AbC_dEfGhIjKlMnOpQrStUvWxYz-0123456789_-AbC"


def anywhere(*names):
    return ByPath(names, is_absolute=False)


def at_top(*names):
    return ByPath(names, is_absolute=True)


@pytest.mark.parametrize(
    "text", ["[3]", " [3] ", "#3", "［3］", "［３］", "＃３", "[ 3 ]", "[#3]", '[3] "Q3 budget" | sheet']
)
def test_a_handle_is_a_number_in_brackets_or_after_a_hash(text):
    assert parse_reference(text) == ByHandle(3)


@pytest.mark.parametrize("text", ["2026", "3", "(3)", "[3] budget", "#3 budget", "[a]", "#", "[]", "#1234567890"])
def test_what_only_resembles_a_handle_is_a_name(text):
    assert parse_reference(text) == anywhere(text)


URLS = [
    "https://docs.google.com/document/d/{}/edit",
    "https://docs.google.com/document/d/{}",
    "https://docs.google.com/document/d/{}/",
    "https://docs.google.com/document/d/{}/edit?usp=sharing",
    "https://docs.google.com/document/d/{}/edit#heading=h.abc",
    "https://docs.google.com/document/u/0/d/{}/edit",
    "https://docs.google.com/a/example.com/document/d/{}/edit",
    "https://docs.google.com/document/d/{}/mobilebasic",
    "https://docs.google.com/spreadsheets/d/{}/edit#gid=0",
    "https://docs.google.com/spreadsheets/d/{}/edit?gid=12#gid=12",
    "https://docs.google.com/spreadsheets/u/1/d/{}/htmlview",
    "https://docs.google.com/presentation/d/{}/edit#slide=id.p",
    "https://docs.google.com/forms/d/{}/edit",
    "https://docs.google.com/drawings/d/{}/edit",
    "https://docs.google.com/file/d/{}/edit",
    "https://docs.google.com/open?id={}",
    "https://docs.google.com/uc?export=download&id={}",
    "https://drive.google.com/file/d/{}/view",
    "https://drive.google.com/file/d/{}/view?usp=drive_link",
    "https://drive.google.com/file/d/{}/preview",
    "https://drive.google.com/file/u/2/d/{}/view",
    "https://drive.google.com/a/example.com/file/d/{}/view",
    "https://drive.google.com/open?id={}",
    "https://drive.google.com/open?usp=sharing&id={}&authuser=0",
    "https://drive.google.com/uc?id={}",
    "https://drive.google.com/uc?export=download&id={}",
    "https://drive.google.com/folderview?id={}",
    "https://drive.google.com/thumbnail?id={}",
    "https://drive.google.com/drive/folders/{}",
    "https://drive.google.com/drive/folders/{}?usp=sharing",
    "https://drive.google.com/drive/u/1/folders/{}",
    "https://drive.google.com/drive/mobile/folders/{}",
    "https://drive.google.com/drive/#folders/{}",
    "https://drive.google.com/corp/drive/folders/{}",
    "https://drive.usercontent.google.com/download?id={}",
    "https://script.google.com/d/{}/edit",
    "https://script.google.com/home/projects/{}/edit",
    "https://script.google.com/u/0/home/projects/{}/edit",
    "https://colab.research.google.com/drive/{}",
    "https://colab.research.google.com/drive/{}?usp=sharing#scrollTo=abc",
    "http://drive.google.com/file/d/{}/view",
    "HTTPS://Drive.Google.com/file/d/{}/view",
    "https://drive.google.com:443/file/d/{}/view",
    "drive.google.com/file/d/{}/view",
    "docs.google.com/document/d/{}/edit",
    "<https://drive.google.com/file/d/{}/view>",
    '"https://drive.google.com/file/d/{}/view"',
    "'https://drive.google.com/file/d/{}'",
    "`https://drive.google.com/file/d/{}`",
    "(https://drive.google.com/file/d/{})",
    "https://drive.google.com/open?id={}.",
    "https://drive.google.com/file/d/{},",
    "https://drive.google.com/file/d/{}/view!",
    "[Q3 budget](https://docs.google.com/spreadsheets/d/{}/edit)",
    "[Q3 (old)](https://docs.google.com/spreadsheets/d/{}/edit).",
    "[https://evil.example](HTTPS://drive.google.com/file/d/{})",
    "  https://drive.google.com/file/d/{}/view\n",
    "Q3 budget https://docs.google.com/spreadsheets/d/{}/edit",
    "https://drive.google.com/file/d/{}/view?resourcekey=",
]


@pytest.mark.parametrize("url", URLS)
def test_every_form_of_a_drive_url_gives_its_id(url):
    assert parse_reference(url.format(ID)) == ById(ID)


@given(st.from_regex(r"[A-Za-z0-9_-]{10,60}", fullmatch=True), st.sampled_from(URLS))
def test_any_id_comes_back_from_any_form_of_url(file_id, url):
    assert parse_reference(url.format(file_id)) == ById(file_id)


@pytest.mark.parametrize(
    "url",
    [
        f"https://drive.google.com/file/d/{ID}/view?usp=sharing&resourcekey=0-AbC_dE",
        f"https://drive.google.com/drive/folders/{ID}?resourcekey=0-AbC_dE&usp=sharing",
        f"drive.google.com/open?id={ID}&resourcekey=0-AbC_dE",
    ],
)
def test_a_resource_key_goes_with_the_id(url):
    assert parse_reference(url) == ById(ID, "0-AbC_dE")


def test_a_resource_key_that_could_break_a_header_is_left_out():
    assert parse_reference(f"https://drive.google.com/open?id={ID}&resourcekey=a%0d%0ab,c/d") == ById(ID)


@pytest.mark.parametrize("text", [ID, f"'{ID}'", f"<{ID}>", f" {ID}. ", "0ByxAbCdEfGhIjKlMnOpQrStUvWx"])
def test_a_long_mixed_word_is_an_id(text):
    assert parse_reference(text) == ById(text.strip("'<>. "))


@pytest.mark.parametrize(
    "text",
    [
        "quarterly-report-2026-final-version",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
        "Budget2026",
        "01234567890123456789012345",
    ],
)
def test_a_word_that_is_short_or_not_mixed_is_a_name(text):
    assert parse_reference(text) == anywhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "root",
        "Root",
        "/",
        "//",
        "my drive",
        "My Drive",
        '"My Drive"',
        "My  Drive/",
        "/My Drive",
        "マイドライブ",
        "ﾏｲﾄﾞﾗｲﾌﾞ",
        "マイドライブ/",
        "https://drive.google.com/drive/my-drive",
        "https://drive.google.com/drive/u/0/my-drive",
        "https://drive.google.com/drive/folders/root",
        "https://drive.google.com/",
        "drive.google.com/drive",
        "drive.google.com",
    ],
)
def test_the_top_of_my_drive_has_many_names(text):
    assert parse_reference(text) == Root()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Budget", anywhere("Budget")),
        (" Q3 budget.xlsx ", anywhere("Q3 budget.xlsx")),
        ("予算", anywhere("予算")),
        ("Finance/2025", anywhere("Finance", "2025")),
        ("Team Finance / Payments", anywhere("Team Finance", "Payments")),
        ("Finance > 2025 > Budgets", anywhere("Finance", "2025", "Budgets")),
        ("Finance › 2025", anywhere("Finance", "2025")),
        ("Finance > 2025/Budgets", anywhere("Finance", "2025", "Budgets")),
        ("2026/Budgets/", anywhere("2026", "Budgets")),
        ("Finance//2025", anywhere("Finance", "2025")),
        ("/Finance", at_top("Finance")),
        ("/Finance/2025/", at_top("Finance", "2025")),
        ("My Drive/Finance", at_top("Finance")),
        ("/My Drive/Finance", at_top("Finance")),
        ("my drive > Finance > 2025", at_top("Finance", "2025")),
        ('"My Drive / Finance / 2026"', at_top("Finance", "2026")),
        ("マイドライブ/経理", at_top("経理")),
        ("/root", at_top("root")),
        ("root/Finance", anywhere("root", "Finance")),
        (r"Finance\2025", anywhere(r"Finance\2025")),
        ("a>b", anywhere("a>b")),
        ('"a/b"', anywhere("a/b")),
        ("“a/b”", anywhere("a/b")),
        ("'a/b'", anywhere("a/b")),
        ('Finance/"a/b"/c', anywhere("Finance", "a/b", "c")),
        ('Finance > "a > b" > c', anywhere("Finance", "a > b", "c")),
        ('"a/b" > c', anywhere("a/b", "c")),
        ('/"a/b"', at_top("a/b")),
        ('"/a"', anywhere("/a")),
        (r'"the \"big\" plan"', anywhere('the "big" plan')),
        ('the "big" plan', anywhere('the "big" plan')),
        ('5" disk', anywhere('5" disk')),
        ("Bob's files", anywhere("Bob's files")),
        ("docs.google.com.txt", anywhere("docs.google.com.txt")),
        ("report.pdf/old", anywhere("report.pdf", "old")),
        ("google.com", anywhere("google.com")),
    ],
)
def test_a_path_or_name_is_split_as_people_write_it(text, path):
    assert parse_reference(text) == path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ('""', "empty"),
        ("'/'/x" * 900, "too long"),
        ("https://mail.google.com/mail/u/0/#inbox/FMfcgzGxSl", "Gmail"),
        ("https://calendar.google.com/calendar/u/0/r", "Calendar"),
        ("https://meet.google.com/abc-defg-hij", "Meet"),
        ("https://photos.google.com/photo/AF1QipAbCdEfGhIjKlMn", "Photos"),
        ("https://sites.google.com/d/1AbCdEfGhIjKlMnOp/edit", "site"),
        ("https://lookerstudio.google.com/reporting/1AbCdEfGhIjKlMnOp", "Looker Studio"),
        ("https://www.google.com/search?q=budget&id=1AbCdEfGhIjKlMnOp", "not a file"),
        ("https://forms.gle/AbCdEfGhIjKl", "shortened"),
        ("https://bit.ly/3AbCdEf", "shortened"),
        ("forms.gle/AbCdEfGhIjKl", "shortened"),
        ("https://drive.google.com/drive/shared-with-me", "Shared with me"),
        ("https://drive.google.com/drive/u/1/recent", "Recent"),
        ("https://drive.google.com/drive/trash", "trash"),
        ("https://drive.google.com/drive/search?q=budget", "a search"),
        ("https://drive.google.com/drive/u/0/shared-drives", "list of shared drives"),
        ("https://docs.google.com/document/u/0/", "names no file"),
        ("https://docs.google.com/document/d/short/edit", "names no file"),
        ("https://drive.google.com/open?id=a'b%20or%20c", "names no file"),
        ("https://script.google.com/macros/s/AKfycbAbCdEfGhIj/exec", "names no file"),
        ("https://docs.google.com/document/d/e/2PACX-1vAbCdEfGhIjKlMn/pub", "published"),
        ("https://docs.google.com/spreadsheets/u/0/d/e/2PACX-1vAbCdEfGhIjKlMn/pubhtml", "published"),
        ("https://docs.google.com/forms/d/e/1FAIpQLSAbCdEfGhIjKlMn/viewform", "published"),
        (f"https://evil-docs.google.com.attacker.example/document/d/{ID}", "does not belong"),
        (f"docs.google.com.attacker.example/document/d/{ID}", "does not belong"),
        (f"https://evil-docs.google.com/document/d/{ID}", "does not belong"),
        (f"https://docs.google.com@attacker.example/document/d/{ID}", "does not belong"),
        (f"https://attacker.example@docs.google.com/document/d/{ID}", "does not belong"),
        (f"https://attacker.example\\@docs.google.com/document/d/{ID}", "does not belong"),
        (f"https://docs.google.com:8443/document/d/{ID}", "does not belong"),
        (f"https://docs。google。com/document/d/{ID}", "does not belong"),
        (f"https://attacker.example/?u=docs.google.com/document/d/{ID}", "does not belong"),
        (f"[docs](https://attacker.example/document/d/{ID})", "does not belong"),
        (f"ftp://docs.google.com/document/d/{ID}", "does not belong"),
        (f"javascript://docs.google.com/document/d/{ID}", "does not belong"),
        ("file:///home/alice/budget.xlsx", "does not belong"),
        (f"https://docs.google.com:port/document/d/{ID}", "broken"),
        ("https://[docs.google.com/", "broken|does not belong"),
        (f"https://drive.google.com/open?id={ID} https://drive.google.com/open?id={ID}1", "several URLs"),
    ],
)
def test_what_leads_to_no_file_is_refused_with_the_reason_and_what_works(text, reason):
    with pytest.raises(InvalidReferenceError, match=reason) as refused:
        parse_reference(text)
    assert "[3]" in str(refused.value) or "search for its name" in str(refused.value)
    assert "attacker" not in str(refused.value)
    assert isinstance(refused.value, RetryableToolError)


@given(st.integers(min_value=0, max_value=999_999_999))
def test_a_handle_comes_back(number):
    assert parse_reference(f"[{number}]") == parse_reference(f"#{number}") == ByHandle(number)


PIECES = st.sampled_from(
    [
        *(
            "https://",
            "drive.google.com",
            "docs.google.com",
            "/",
            "d/",
            ID,
            "[",
            "]",
            "(",
            ")",
            '"',
            "'",
            " > ",
            "?id=",
        ),
        *("#", "@", "\\", ":", "e/", "My Drive", "folders/", "%", "“", "”", " ", ".", "evil.example", "[3]"),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
@example("https://[")
@example("//[")
@example("https://docs.google.com\u2100/")
def test_any_text_is_a_reference_or_refused(text):
    try:
        found = parse_reference(text)
    except InvalidReferenceError:
        return
    assert isinstance(found, ById | ByHandle | ByPath | Root)
    if isinstance(found, ByPath):
        assert found.names
        assert all(found.names)


NAME = st.text(min_size=1, max_size=40).filter(lambda name: name.strip() == name and "://" not in name)


@given(st.lists(NAME, min_size=2, max_size=4))
def test_quoted_names_come_back_whatever_they_hold(names):
    quoted = ('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in ["Top", *names])
    assert parse_reference("/".join(quoted)) == anywhere("Top", *names)
