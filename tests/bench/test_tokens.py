"""The comparison of tokens is between the same facts."""

import json

from bench.tokens import as_json, as_text, figure, tokens

RAW = {
    "id": "1MedeU9-HjGzGHdUg54b9GBa3Bp4hehxu",
    "name": "予算 2026",
    "mimeType": "application/vnd.google-apps.spreadsheet",
    "parents": ["1RiUK9ohK-_zUjoiRQMRH0uiO7z75YM0S"],
    "webViewLink": "https://docs.google.com/spreadsheets/d/1MedeU9-HjGzGHdUg54b9GBa3Bp4hehxu/edit?usp=drivesdk",
    "viewedByMeTime": "2026-11-19T13:45:44.795Z",
    "modifiedTime": "2026-11-18T04:52:52.397Z",
    "owners": [{"displayName": "Dana Novak", "me": False, "emailAddress": "dana@gmail.example"}],
    "lastModifyingUser": {"displayName": "Ben Ortiz", "me": False, "emailAddress": "ben@gmail.example"},
}


def test_our_text_has_one_line_a_file_without_id_or_link():
    text = as_text([RAW, RAW])
    last = text.splitlines()[-1]
    assert last.startswith("[2]")
    assert all(fact in last for fact in ("予算 2026", "spreadsheet", "2026-11-18", "Ben Ortiz", "Dana Novak"))
    assert RAW["id"] not in text


def test_the_json_has_the_same_facts_with_id_and_link_and_nothing_more():
    assert json.loads(as_json([RAW])) == [
        {
            "id": RAW["id"],
            "name": RAW["name"],
            "mimeType": RAW["mimeType"],
            "webViewLink": RAW["webViewLink"],
            "modifiedTime": RAW["modifiedTime"],
            "lastModifyingUser": {"displayName": "Ben Ortiz"},
            "owners": [{"displayName": "Dana Novak"}],
        }
    ]
    assert ": " not in as_json([RAW])


def test_a_file_without_people_is_compared_too():
    bare = {"id": "i", "name": "n", "mimeType": "text/plain", "driveId": "d"}
    assert json.loads(as_json([bare])) == [bare]


def test_the_figure_compares_both():
    measured = figure([RAW] * 100)
    assert measured.ours.median == tokens(as_text([RAW] * 100))
    assert measured.baseline.median == tokens(as_json([RAW] * 100))
    assert measured.ratio < 0.3
