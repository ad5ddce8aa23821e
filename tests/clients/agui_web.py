"""AG-UI's client with the web chat's endpoint, `POST /agui`, as alice, who has signed in there.

Run it beside a stack: `python tests/clients/beside_stack.py python tests/clients/agui_web.py`.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from local.browser import Browser
from local.demo import sign_in
from local.people import PEOPLE

ALICE = PEOPLE[0]
_START = re.compile(r'<script type="application/json" id="start">(.*?)</script>', re.DOTALL)


def main():
    lines = Path(os.environ["STACK_SETTINGS"]).read_text(encoding="utf-8").splitlines()
    service = dict(line.split("=", 1) for line in lines if "=" in line)["DRIVE_AGENT_CALLBACK_URL"]
    browser = Browser()
    try:
        browser.open(f"{service}/chat")
        start = _START.search(sign_in(browser, ALICE).html)
        if start is None:
            return f"{ALICE.email} does not come to the chat, but to: {browser.page.text[:300]}"
        cookies = [f"{cookie.name}={cookie.value}" for cookie in browser.jar if cookie.domain.startswith("localhost")]
    finally:
        browser.close()
    headers = {"Cookie": "; ".join(cookies), "X-CSRF": json.loads(start[1])["me"]["csrf"], "Origin": service}
    endpoint = {
        "AGUI_URL": f"{service}/agui",
        "AGUI_HEADERS": json.dumps(headers),
        "AGUI_STOP_URL": f"{service}/chat/api/conversations/{{thread}}/stop",
        "AGUI_PERSON": ALICE.email,
    }
    script = Path(__file__).with_name("agui_client.sh")
    return subprocess.run(["bash", script], env=os.environ | endpoint, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
