"""Block Kit's limits, held against Slack's own models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import blocks as sdk

from local.slack.blocks import MAX_BLOCKS, MAX_MARKDOWN_CHARS, block_faults, view_faults
from local.slack.chunks import chunk_faults


def plain(text="Words"):
    return {"type": "plain_text", "text": text}


def mrkdwn(text="Words"):
    return {"type": "mrkdwn", "text": text}


def button(**values):
    return {"type": "button", "action_id": "go", "text": plain(), **values}


def section(**values):
    return {"type": "section", "text": mrkdwn(), **values}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def rich(*parts, kind="rich_text_section"):
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(parts)}]}


def card(**values):
    return {"type": "card", "title": mrkdwn(), **values}


GOOD = [
    section(),
    section(text=plain(), fields=[mrkdwn(), plain()], accessory=button()),
    {"type": "divider"},
    {"type": "header", "text": plain()},
    {"type": "markdown", "text": "**bold**"},
    {"type": "context", "elements": [mrkdwn(), {"type": "image", "image_url": "https://x.example/i", "alt_text": "i"}]},
    actions(button(), button(action_id="other", url="https://x.example", style="danger", value="v")),
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            }
        ],
    },
    rich({"type": "text", "text": "a", "style": {"bold": True}}, {"type": "user", "user_id": "U1"}),
    rich({"type": "text", "text": "a"}, kind="rich_text_quote"),
    card(subtitle=mrkdwn(), body=mrkdwn(), actions=[button()]),
    {"type": "carousel", "elements": [card()]},
    {"type": "alert", "text": mrkdwn(), "level": "warning"},
    {"type": "container", "title": plain(), "child_blocks": [section()]},
    {"type": "task_card", "task_id": "t", "title": "Search", "status": "complete"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_what_slack_takes_is_taken(block):
    assert block_faults([block]) == []
    assert type(sdk.Block.parse(block)).__name__ != "NoneType"


BAD = [
    (section(text=mrkdwn("x" * 3001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(text=mrkdwn("")), "must be more than 0 characters"),
    (section(text={"type": "html", "text": "x"}), "must be one of mrkdwn, plain_text"),
    (section(text={"type": "mrkdwn", "text": "x", "emoji": True}), "additional property not allowed: emoji"),
    ({"type": "section"}, "missing required field: text"),
    (section(fields=[mrkdwn()] * 11), "must have 1 to 10 items"),
    (section(fields=[mrkdwn("x" * 2001)]), "must be less than 2001 characters"),
    (section(block_id="b" * 256), "must be less than 256 characters"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
    ({"type": "header", "text": mrkdwn()}, "must be one of plain_text"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
    ({"type": "context", "elements": [mrkdwn()] * 11}, "must have 1 to 10 items"),
    (actions(), "must have 1 to 25 items"),
    (actions(*[button(action_id=f"a{n}") for n in range(26)]), "must have 1 to 25 items"),
    (actions(button(), button()), "action_id already exists"),
    (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
    (actions(button(text=mrkdwn())), "must be one of plain_text"),
    (actions(button(url="https://x.example/" + "x" * 3000)), "must be less than 3001 characters"),
    (actions(button(url="javascript:alert(1)")), "must be a valid url"),
    (actions(button(value="x" * 2001)), "must be less than 2001 characters"),
    (actions(button(style="green")), "must be one of primary, danger"),
    (actions(button(confirm={"title": plain()})), "missing required field: text"),
    (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input"),
    (rich({"type": "text", "text": ""}), "must be more than 0 characters"),
    (rich({"type": "script", "text": "x"}), "unsupported type: script"),
    (card(title=mrkdwn("x" * 151)), "must be less than 151 characters"),
    (card(body=mrkdwn("x" * 201)), "must be less than 201 characters"),
    ({"type": "card"}, "one of hero_image, title, actions, body is required"),
    ({"type": "carousel", "elements": [card()] * 11}, "must have 1 to 10 items"),
    ({"type": "alert", "text": mrkdwn(), "level": "panic"}, "unsupported level"),
    ({"type": "container", "title": plain(), "child_blocks": []}, "must have 1 to 10 items"),
    ({"type": "task_card", "task_id": "t", "title": "x", "status": "finished"}, "unsupported status"),
    ({"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}, "unsupported type: input"),
    ({"type": "blink"}, "unsupported type: blink"),
    ("text", "must be an object"),
]


@pytest.mark.parametrize(("block", "said"), BAD, ids=range(len(BAD)))
def test_what_slack_refuses_is_refused_with_the_place(block, said):
    faults = block_faults([block])
    assert any(said in fault for fault in faults), faults


def test_a_message_has_at_most_fifty_blocks_and_no_block_id_twice():
    assert block_faults([{"type": "divider"}] * MAX_BLOCKS) == []
    assert block_faults([{"type": "divider"}] * (MAX_BLOCKS + 1)) == [
        "no more than 50 items allowed [json-pointer:/blocks]"
    ]
    assert "block_id already exists" in block_faults([section(block_id="same"), section(block_id="same")])[0]


def test_markdown_blocks_share_one_limit():
    half = {"type": "markdown", "text": "x" * (MAX_MARKDOWN_CHARS // 2 + 1)}
    assert block_faults([half]) == []
    assert "together" in block_faults([half, half])[0]


@pytest.mark.parametrize(
    ("theirs", "make"),
    [
        (sdk.SectionBlock.text_max_length, lambda text: section(text=mrkdwn(text))),
        (sdk.HeaderBlock.text_max_length, lambda text: {"type": "header", "text": plain(text)}),
        (sdk.MarkdownBlock.text_max_length, lambda text: {"type": "markdown", "text": text}),
        (sdk.CardBlock.title_max_length, lambda text: card(title=mrkdwn(text))),
        (sdk.CardBlock.body_max_length, lambda text: card(body=mrkdwn(text))),
        (sdk.ButtonElement.text_max_length, lambda text: actions(button(text=plain(text)))),
        (sdk.ButtonElement.value_max_length, lambda text: actions(button(value=text))),
        (sdk.Block.block_id_max_length, lambda text: section(block_id=text)),
        (sdk.ButtonElement.action_id_max_length, lambda text: actions(button(action_id=text))),
    ],
)
def test_lengths_are_those_of_slacks_own_models(theirs, make):
    assert block_faults([make("x" * theirs)]) == []
    assert block_faults([make("x" * (theirs + 1))]) != []


counts = st.integers(min_value=0, max_value=30)


@given(counts, counts, st.integers(min_value=1, max_value=100))
def test_rows_of_buttons_are_judged_as_slacks_own_models_judge_them(buttons, words, chars):
    row = actions(*[button(action_id=f"a{n}", text=plain("x" * chars)) for n in range(buttons)])
    small_print = {"type": "context", "elements": [mrkdwn()] * words}
    for block, made in ((row, sdk.ActionsBlock), (small_print, sdk.ContextBlock)):
        try:
            parsed = made(**{name: value for name, value in block.items() if name != "type"})
            parsed.to_dict()
            for element in getattr(parsed, "elements", ()):
                element.to_dict()
            is_good = bool(block["elements"])  # the models let an empty row pass, which Slack refuses
        except SlackObjectFormationError:
            is_good = False
        assert (block_faults([block]) == []) == is_good


def test_a_home_takes_a_hundred_blocks_and_inputs_and_a_modal_needs_a_title():
    home = {"type": "home", "blocks": [{"type": "divider"}] * 100}
    assert view_faults(home) == []
    assert "json-pointer:/view/blocks" in view_faults({"type": "home", "blocks": [{"type": "divider"}] * 101})[0]
    field = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert view_faults({"type": "modal", "title": plain(), "blocks": [field]}) == []
    assert view_faults({"type": "modal", "blocks": []}) == ["missing required field: text [json-pointer:/view/title]"]
    assert "24" not in str(view_faults({"type": "modal", "title": plain("x" * 24), "blocks": []}))
    assert "less than 25" in str(view_faults({"type": "modal", "title": plain("x" * 25), "blocks": []}))
    assert view_faults({"type": "window"}) != []


@pytest.mark.parametrize(
    ("chunk", "is_good"),
    [
        ({"type": "markdown_text", "text": "words"}, True),
        ({"type": "markdown_text"}, False),
        ({"type": "task_update", "id": "1", "title": "Search", "status": "in_progress"}, True),
        ({"type": "task_update", "id": "1", "title": "Search", "status": "running"}, False),
        ({"type": "task_update", "id": "", "title": "Search", "status": "pending"}, False),
        ({"type": "task_update", "id": "1", "title": "x" * 257, "status": "pending"}, False),
        (
            {
                "type": "task_update",
                "id": "1",
                "title": "Read",
                "status": "complete",
                "sources": [{"type": "url", "url": "https://x.example", "text": "a"}],
            },
            True,
        ),
        ({"type": "task_update", "id": "1", "title": "Read", "status": "complete", "sources": ["x"]}, False),
        ({"type": "plan_update", "title": "Plan"}, True),
        ({"type": "blocks", "blocks": [section()]}, True),
        ({"type": "blocks", "blocks": [{"type": "blink"}]}, False),
        ({"type": "image"}, False),
        ("text", False),
    ],
)
def test_pieces_of_a_stream_are_judged(chunk, is_good):
    assert (chunk_faults([chunk]) == []) == is_good
