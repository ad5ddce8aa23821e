"""The comparison of tokens is between the same facts."""

import json

from bench.tokens import as_json, as_text, figure, tokens
from tools.files import File, parse_file
from tools.listing import Listing
from tools.query import FOLDER

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
FOLDER_ID = RAW["parents"][0]
PATHS = {FOLDER_ID: "Finance / 2026"}


def listing(*raw):
    files = [parse_file(each) for each in raw]
    folders = [File(FOLDER_ID, "2026", FOLDER)]
    return Listing("files", "My Drive", files, has_more=True, folders=folders, paths=PATHS)


def test_our_text_has_one_line_a_file_without_id_or_link():
    text = as_text(listing(RAW, {**RAW, "id": "other"}))
    row = next(line for line in text.splitlines() if line.startswith("[2]"))
    assert all(fact in row for fact in ("予算 2026", "spreadsheet", "2026-11-18", "Ben Ortiz", "Dana Novak", "in [3]"))
    assert '[3] "Finance / 2026"' in text
    assert RAW["id"] not in text


def test_the_json_has_the_same_facts_with_id_and_link_and_nothing_more():
    assert json.loads(as_json([RAW], PATHS)) == [
        {
            "id": RAW["id"],
            "name": RAW["name"],
            "mimeType": RAW["mimeType"],
            "webViewLink": RAW["webViewLink"],
            "modifiedTime": RAW["modifiedTime"],
            "lastModifyingUser": {"displayName": "Ben Ortiz"},
            "owners": [{"displayName": "Dana Novak"}],
            "path": "Finance / 2026",
        }
    ]
    assert ": " not in as_json([RAW], PATHS)


def test_who_shared_a_file_without_a_folder_is_in_both():
    shared = {
        "id": "i",
        "name": "n",
        "mimeType": "text/plain",
        "sharedWithMeTime": "2026-11-18T04:52:52.397Z",
        "sharingUser": {"displayName": "Ben Ortiz", "emailAddress": "ben@gmail.example"},
    }
    kept = json.loads(as_json([shared], PATHS))[0]
    assert kept["sharingUser"] == {"displayName": "Ben Ortiz"}
    assert "shared with you 2026-11-18 by Ben Ortiz" in as_text(listing(shared))


def test_the_figure_compares_both():
    many = [{**RAW, "id": f"{RAW['id']}{number}"} for number in range(100)]
    measured = figure(listing(*many), many)
    assert measured.ours.median == tokens(as_text(listing(*many)))
    assert measured.baseline.median == tokens(as_json(many, PATHS))
    assert measured.ratio < 0.3
