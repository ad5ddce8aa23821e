import stat

import pytest

from deploy import settings_file
from deploy.settings_file import UnreadableSettingsError


def test_comments_and_unknown_keys_survive_in_their_places(tmp_path):
    path = tmp_path / "settings.env"
    path.write_text("# mine\nEDITOR=vi\nA=old\n\nOTHER=1\n")
    assert settings_file.write(path, {"A": "new", "B": "2"})
    assert path.read_text() == "# mine\nEDITOR=vi\nA=new\n\nOTHER=1\nB=2\n"


def test_writing_the_same_values_again_changes_nothing(tmp_path):
    path = tmp_path / "deep" / "settings.env"
    assert settings_file.write(path, {"A": "1"})
    before = path.stat()
    assert not settings_file.write(path, {"A": "1"})
    assert path.stat().st_ino == before.st_ino


def test_file_and_folder_are_readable_by_their_owner_only(tmp_path):
    path = tmp_path / "deep" / "settings.env"
    settings_file.write(path, {"A": "1"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_can_read_is_closed_even_when_its_values_are_right(tmp_path):
    path = tmp_path / "settings.env"
    path.write_text("A=1\n")
    path.chmod(0o644)
    assert settings_file.write(path, {"A": "1"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_forgotten_keys_go_unless_they_get_a_value(tmp_path):
    path = tmp_path / "settings.env"
    path.write_text("A=1\nB=2\n")
    settings_file.write(path, {"A": "3"}, forget=frozenset({"A", "B"}))
    assert settings_file.read(path) == {"A": "3"}


@pytest.mark.parametrize("value", ["a=b", "#x", "it's $HOME", '"quoted"', "日本語", ""])
def test_values_come_back_as_they_went_in(tmp_path, value):
    path = tmp_path / "settings.env"
    settings_file.write(path, {"A": value})
    assert settings_file.read(path) == {"A": value}


@pytest.mark.parametrize("value", ["a\nB=2", "a\r", " a"])
def test_a_value_that_would_not_come_back_is_refused(tmp_path, value):
    with pytest.raises(UnreadableSettingsError, match="The value of A"):
        settings_file.write(tmp_path / "settings.env", {"A": value})


def test_a_line_that_is_no_setting_is_named_by_number_and_not_repeated(tmp_path):
    path = tmp_path / "settings.env"
    path.write_text("A=1\nsample-secret\n")
    with pytest.raises(UnreadableSettingsError, match="Line 2") as caught:
        settings_file.read(path)
    assert "sample-secret" not in str(caught.value)


def test_nothing_is_left_behind_when_writing_fails(tmp_path):
    path = tmp_path / "settings.env"
    path.mkdir()
    with pytest.raises(UnreadableSettingsError):
        settings_file.write(path, {"A": "1"})
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.env"]
