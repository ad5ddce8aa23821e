"""Whether there is a web chat."""

import pytest

from callback.settings import SettingsError
from chat.web.settings import WebSettings


@pytest.mark.parametrize(
    ("value", "is_on"), [({}, True), ({"DRIVE_AGENT_WEB_CHAT": "on"}, True), ({"DRIVE_AGENT_WEB_CHAT": " off "}, False)]
)
def test_there_is_a_web_chat_unless_it_is_switched_off(value, is_on):
    assert WebSettings.load(value).is_on is is_on


def test_anything_else_is_refused_with_what_to_write_instead():
    with pytest.raises(SettingsError, match="DRIVE_AGENT_WEB_CHAT is 'no'; it must be 'on' or 'off'"):
        WebSettings.load({"DRIVE_AGENT_WEB_CHAT": "no"})
