import re

from tests.support.drive import TOKEN, MemoryDrive, file
from tools.finding.below import MAX_FOLDERS, MAX_PARENTS, tree_of
from tools.google.drive_api import FilePage
from tools.query import FOLDER

TOP = file("Top", mime_type=FOLDER, id="top")


class Hierarchy(MemoryDrive):
    """Answers with the folders below those that a query names; `children` maps a folder's id to its folders'."""

    def __init__(self, children, **values):
        super().__init__(**values)
        self.children = children
        self.incomplete = False

    def list_page(self, access_token, **values):
        self._asked(access_token, **values)
        parents = re.findall(r"'([^']+)' in parents", values["query"])
        found = [file(name, mime_type=FOLDER, id=name) for parent in parents for name in self.children.get(parent, [])]
        return FilePage(found, "", incomplete=self.incomplete)


def walk(children):
    drive = Hierarchy(children)
    return tree_of(drive, TOKEN, TOP), drive


def test_a_folder_without_folders_is_a_tree_of_one():
    tree, drive = walk({})
    assert (tree.ids, tree.is_whole) == (("top",), True)
    assert len(drive.calls) == 1


def test_every_level_is_one_query_of_folders_only():
    tree, drive = walk({"top": ["a", "b"], "a": ["c"], "c": ["d"]})
    assert (set(tree.ids), tree.is_whole) == ({"top", "a", "b", "c", "d"}, True)
    assert len(drive.calls) == 4
    assert all("mimeType = 'application/vnd.google-apps.folder'" in call["query"] for call in drive.calls)
    assert all("trashed = false" in call["query"] for call in drive.calls)


def test_no_query_names_more_parents_than_it_has_room_for():
    tree, drive = walk({"top": [f"f{n}" for n in range(120)]})
    assert len(tree.ids) == 121
    assert tree.is_whole
    assert [call["query"].count("in parents") for call in drive.calls] == [1, MAX_PARENTS, MAX_PARENTS, 20]


def test_too_many_folders_are_cut_and_told():
    tree, _ = walk({"top": [f"f{n}" for n in range(MAX_FOLDERS + 10)]})
    assert (len(tree.ids), tree.is_whole) == (MAX_FOLDERS, False)


def test_folders_without_end_are_cut_and_told():
    tree, drive = walk({"top": ["f0"]} | {f"f{n}": [f"f{n + 1}"] for n in range(100)})
    assert len(drive.calls) == 20
    assert not tree.is_whole


def test_folders_in_a_circle_come_to_an_end():
    tree, _ = walk({"top": ["a"], "a": ["b"], "b": ["a", "top"]})
    assert (set(tree.ids), tree.is_whole) == ({"top", "a", "b"}, True)


def test_what_drive_could_not_search_is_not_called_whole():
    drive = Hierarchy({"top": ["a"]})
    drive.incomplete = True
    assert not tree_of(drive, TOKEN, TOP).is_whole


def test_the_folders_of_a_shared_drive_are_looked_for_there():
    drive = Hierarchy({})
    tree_of(drive, TOKEN, file("Payments", mime_type=FOLDER, id="p", drive_id="drive-1"))
    assert drive.calls[0]["drive_id"] == "drive-1"
