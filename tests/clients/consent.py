"""Give consent as somebody at a browser does: `python tests/clients/consent.py LINK [EMAIL]`.

LINK is the link of the chat. EMAIL signs in; without it, it is the person at this computer, whose Google account
is alice's. Prints what the last page says.
"""

import sys

from local.browser import Browser, BrowserError
from local.demo import choose_account, give_consent
from local.people import PEOPLE


def main(link, email=""):
    browser = Browser()
    try:
        if email:
            page = give_consent(browser, next(person for person in PEOPLE if person.email == email), link)
        else:
            browser.open(link)
            browser.press("Continue as the person at this computer")
            browser.press("Connect")
            choose_account(browser, PEOPLE[0])
            page = browser.press("Allow")
    except BrowserError as error:
        return str(error)
    finally:
        browser.close()
    sys.stdout.write(f"{page.main}\n")
    return 0 if "Connected as" in page.main else "The last page does not say that Drive is connected."


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
