import pytest

from chat.errors import InvalidSettingError
from chat.terminal.settings import ChatSettings


def test_without_a_runtime_url_the_data_plane_of_the_region_is_meant():
    assert (
        ChatSettings.load({"AWS_REGION": "eu-west-1"}).runtime_url
        == "https://bedrock-agentcore.eu-west-1.amazonaws.com"
    )


def test_the_region_may_come_from_where_the_aws_cli_keeps_it():
    elsewhere = {"AWS_DEFAULT_REGION": "eu-west-1"}
    assert ChatSettings.load(elsewhere).runtime_url == "https://bedrock-agentcore.eu-west-1.amazonaws.com"
    both = elsewhere | {"AWS_REGION": "us-east-1"}
    assert ChatSettings.load(both).runtime_url == "https://bedrock-agentcore.us-east-1.amazonaws.com"


@pytest.mark.parametrize("url", ["http://runtime.example.com", "runtime.example.com", "ftp://x", "http://[::1"])
def test_a_bearer_token_never_travels_in_the_clear(url):
    with pytest.raises(InvalidSettingError, match="DRIVE_AGENT_RUNTIME_URL"):
        ChatSettings.load({"DRIVE_AGENT_RUNTIME_URL": url})


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:1"])
def test_a_stand_in_on_this_machine_needs_no_tls(url):
    assert ChatSettings.load({"DRIVE_AGENT_RUNTIME_URL": url}).runtime_url == url


@pytest.mark.parametrize(
    ("zone", "read"),
    [("Asia/Tokyo", "Asia/Tokyo"), (":Europe/Berlin", "Europe/Berlin"), ("Nowhere/Land", None), ("../x", None)],
)
def test_only_a_known_time_zone_is_sent(zone, read):
    assert ChatSettings.load({"TZ": zone}).timezone == read


@pytest.mark.parametrize(
    ("environ", "read"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja-JP"),
        ({"LANG": "en_US", "LC_ALL": "de_DE@euro"}, "de-DE"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({}, None),
    ],
)
def test_the_locale_is_a_language_tag(environ, read):
    assert ChatSettings.load(environ).locale == read


def test_a_token_does_not_show_in_the_settings_text():
    assert "sample-bearer" not in repr(ChatSettings.load({"DRIVE_AGENT_TOKEN": "sample-bearer"}))


@pytest.mark.parametrize(
    ("environ", "opens"), [({"TERM_PROGRAM": "Apple_Terminal"}, False), ({"TERM": "linux"}, False), ({}, True)]
)
def test_terminals_that_open_no_links_are_known(environ, opens):
    assert ChatSettings.load(environ).opens_links is opens


@pytest.mark.parametrize(
    ("environ", "opens"),
    [
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a"}, False),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4"}, True),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "next-3.6"}, True),
        ({"TMUX": "/tmp/x"}, False),
        ({"TERM": "screen-256color"}, False),
    ],
)
def test_terminals_inside_terminals_open_links_only_where_they_can(environ, opens):
    assert ChatSettings.load(environ).opens_links is opens


@pytest.mark.parametrize(
    ("environ", "platform", "has_one"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"SSH_CONNECTION": "x"}, "darwin", False),
        ({"SSH_TTY": "x", "DISPLAY": ":0"}, "linux", False),
        ({"SSH_TTY": "x", "BROWSER": "code --open-url"}, "linux", True),
    ],
)
def test_a_browser_is_opened_only_in_front_of_the_person(environ, platform, has_one):
    assert ChatSettings.load(environ, platform).has_browser is has_one


def test_times_are_shown_in_the_persons_zone():
    assert str(ChatSettings.load({"TZ": "Asia/Tokyo"}).zone) == "Asia/Tokyo"


@pytest.mark.parametrize(("environ", "language"), [({"LANG": "ja_JP.UTF-8"}, "ja"), ({"LANG": "C"}, "en"), ({}, "en")])
def test_the_chats_own_words_are_in_the_persons_language(environ, language):
    assert ChatSettings.load(environ).language == language


def test_the_connect_page_is_a_web_page_or_none():
    assert ChatSettings.load({"DRIVE_AGENT_CONNECT_URL": "https://a.example/c"}).connect_url == "https://a.example/c"
    assert ChatSettings.load({"DRIVE_AGENT_CONNECT_URL": "javascript:x"}).connect_url == ""
