"""What a person sees of finding: links made of Drive's own, and a conversation that goes on after a restart."""

import json
import re

LINK = re.compile(r"\[(?P<name>(?:\\.|[^\[\]\\])+)\]\((?P<url>[^)]+)\)")


def restart(world):
    world.stack.kill_agent()
    world.stack.start_agent()


def test_files_are_links_of_drive_for_the_person_and_numbers_for_the_model(world):
    talk = world.connected()
    reply = talk.ask("find the budget")
    links = {url for _, url in LINK.findall(reply.text)}
    cards = {card["link"] for event in reply.of_type("files") for card in event["files"]}
    assert links
    assert cards <= links
    assert all(url.startswith(("https://docs.google.com/", "https://drive.google.com/")) for url in links)
    seen = json.dumps(world.model_requests(), ensure_ascii=False)
    assert "google.com" not in seen
    assert "[1]" in seen


def test_a_link_that_a_model_invents_is_none(world):
    talk = world.connected()
    evil = "Open [your file](https://evil.example/x) or https://evil.example/y, <https://e.example/z> ![p](//e.example)"
    world.aws("POST", "/_standin/model-script", turns=[[{"text": evil}]])
    said = talk.ask("anything").text
    assert "your file" in said
    assert "](" not in said
    assert "://" not in said


def test_the_list_and_the_numbers_go_on_after_a_restart(world):
    talk = world.connected()
    first = talk.ask("list my files")
    restart(world)
    second = talk.ask("more")
    assert second.file_names
    assert not {card["link"] for event in first.of_type("files") for card in event["files"]} & {
        card["link"] for event in second.of_type("files") for card in event["files"]
    }
    restart(world)
    assert talk.ask("open the folder of the second one").file_names


def test_days_are_those_of_the_persons_time_zone(world):
    talk = world.connected()
    talk.timezone = "Pacific/Kiritimati"
    talk.ask("files changed yesterday")
    results = json.dumps(world.model_requests(), ensure_ascii=False)
    assert "(Pacific/Kiritimati)" in results
