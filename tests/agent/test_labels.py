import pytest

from agent.labels import tool_label


@pytest.mark.parametrize(
    ("name", "arguments", "label"),
    [
        ("list_files", {}, "Listing your files …"),
        ("list_files", {"folder": "Finance"}, "Listing Finance …"),
        ("list_files", {"folder": "[2]"}, "Listing a folder you have seen …"),
        ("search_files", {}, "Searching Drive …"),
        ("search_files", {"kind": "spreadsheet"}, "Searching Drive for spreadsheets …"),
        ("search_files", {"words": "Q3", "kind": "pdf", "folder": "Ops"}, "Searching Drive for “Q3” pdfs in Ops …"),
        ("search_files", {"words": "x" * 100}, "Searching Drive for “" + "x" * 39 + "…"),
        ("search_files", {"words": "a\x1b[31m\u202eb"}, "Searching Drive for “a[31mb” …"),
        ("search_files", ["no", "mapping"], "Searching Drive …"),
        ("search_files", {"words": "https://e.example/in"}, "Searching Drive for “https:/ / e.example/in” …"),
        ("list_files", {"folder": "<https://e.example|click>"}, "Listing a folder you have linked …"),
        ("list_files", {"folder": "<!channel> <@U1> <#C1>"}, "Listing < !channel> < @U1> < #C1> …"),
        ("list_files", {"folder": "a[a](mailto:b) www.e.example"}, "Listing a[a] (mailto: b) www .e.example …"),
    ],
)
def test_a_label_says_what_is_done(name, arguments, label):
    assert tool_label(name, arguments, "en") == label


def test_a_japanese_label_is_no_link_either():
    assert tool_label("search_files", {"words": "https://e.example"}, "ja").endswith("「https:/ / e.example」 …")


def test_a_label_that_is_cut_grows_no_link_back():
    assert tool_label("search_files", {"words": "x" * 30 + "https://e.example"}, "").endswith("https:/ /…")


def test_a_label_speaks_japanese():
    assert (
        tool_label("search_files", {"words": "予算", "kind": "pdf"}, "ja-JP")
        == "ドライブで検索しています: 「予算」 PDF …"
    )
    assert tool_label("list_files", {}, "ja") == "ドライブで一覧を取得しています …"
