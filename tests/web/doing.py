"""What people do on the page, in the tests' words, and what is looked up of it."""

from playwright.sync_api import expect

from tests.web.fake import asks, done, text, tool

ANSWER = [*text("m", "<p>Here it is.</p>"), done()]
EARLIER = {"question": "Where is it?", "parts": [{"kind": "text", "html": "<p>There.</p>", "markdown": "There."}]}


def ask(page, question):
    page.fill("#question", question)
    page.press("#question", "Enter")


def drafts(page):
    found = page.evaluate("Object.entries(localStorage)")
    return {key.removeprefix("drive-agent.draft."): value for key, value in found}


def runs(fake):
    return fake.sent("POST", "/agui")


def come(page, fake, count):
    """Wait until the page has asked for that many runs."""
    for _ in range(200):
        if len(runs(fake)) >= count:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{len(runs(fake))} runs")


def returns(page):
    """The person comes back to the tab."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def start_waiting(visit, fake, *then):
    fake.scripts = [[tool("running"), *asks()], *then]
    page = visit().page
    ask(page, "What did Ben change?")
    expect(page.locator(".consent")).to_be_visible()
    return page
