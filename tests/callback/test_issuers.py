import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.hosts import is_domain
from callback.sign_in.issuers import answer_issuer_fits, issuer_fits, issuer_of_tokens

WELL_KNOWN = "/.well-known/openid-configuration"
POOL = "https://cognito-idp.us-west-2.amazonaws.com/us-west-2_sample"
TENANT = "11111111-2222-3333-4444-555555555555"
ENTRA = "https://login.microsoftonline.com"


@pytest.mark.parametrize(
    ("issuer", "found"),
    [
        (POOL, f"{POOL}{WELL_KNOWN}"),
        ("https://sample.auth0.example/", f"https://sample.auth0.example{WELL_KNOWN}"),
        (f"{ENTRA}/{TENANT}/v2.0", f"{ENTRA}/{TENANT}/v2.0{WELL_KNOWN}"),
        (f"{ENTRA}/{TENANT}/v2.0", f"{ENTRA}/sample.example/v2.0{WELL_KNOWN}"),
        (f"{ENTRA}/{TENANT}/v2.0", f"{ENTRA}/{TENANT}/v2.0{WELL_KNOWN}?appid=sample"),
        (f"{ENTRA}/{{tenantid}}/v2.0", f"{ENTRA}/common/v2.0{WELL_KNOWN}"),
        (f"https://sts.windows.net/{TENANT}/", f"{ENTRA}/{TENANT}{WELL_KNOWN}"),
        (f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0", f"https://sample.ciamlogin.com/{TENANT}/v2.0{WELL_KNOWN}"),
        (POOL, f"http://127.0.0.1:4566/us-west-2_sample{WELL_KNOWN}"),
    ],
)
def test_the_issuer_of_a_document_may_be_who_serves_it(issuer, found):
    assert issuer_fits(issuer, found)


@pytest.mark.parametrize(
    ("issuer", "found"),
    [
        (POOL, f"https://evil.example/us-west-2_sample{WELL_KNOWN}"),
        (f"https://sts.windows.net/{TENANT}/", f"https://evil.example/{TENANT}{WELL_KNOWN}"),
        (f"https://evil.example/{TENANT}/", f"{ENTRA}/{TENANT}{WELL_KNOWN}"),
        ("https://sample.ciamlogin.com/", f"https://evil.example{WELL_KNOWN}"),
        ("https://evilciamlogin.com/", f"https://sample.ciamlogin.com{WELL_KNOWN}"),
        ("http://id.example", f"https://id.example/x{WELL_KNOWN}"),
        ("https://id.example:8443", f"https://id.example{WELL_KNOWN}"),
        ("https://id.example.evil.example", f"https://id.example{WELL_KNOWN}"),
        ("https://[", f"https://id.example{WELL_KNOWN}"),
        ("", f"https://id.example{WELL_KNOWN}"),
        ("id.example", f"https://id.example{WELL_KNOWN}"),
    ],
)
def test_the_issuer_of_a_document_is_nobody_of_another_host(issuer, found):
    assert not issuer_fits(issuer, found)


@given(st.text(), st.text())
def test_any_texts_can_be_compared(issuer, found):
    assert issuer_fits(issuer, found) in {True, False}


def test_the_template_of_an_issuer_takes_the_tenant_of_the_token():
    template = f"{ENTRA}/{{tenantid}}/v2.0"
    assert issuer_of_tokens(template, {"tid": TENANT}) == f"{ENTRA}/{TENANT}/v2.0"
    assert issuer_of_tokens(template, {}) == template
    assert issuer_of_tokens(POOL, {"tid": TENANT}) == POOL


@pytest.mark.parametrize(
    ("always_sent", "iss", "fits"),
    [
        (False, None, True),
        (True, None, False),
        (True, POOL, True),
        (False, POOL, True),
        (False, f"{POOL}/", False),
        (False, "", False),
        (True, "https://evil.example", False),
    ],
)
def test_an_answer_names_its_issuer_rightly_or_not_at_all(always_sent, iss, fits):
    assert answer_issuer_fits(POOL, iss, is_always_sent=always_sent) is fits


@pytest.mark.parametrize("name", ["example.com", "a.b.example", "xn--bcher-kva.example", "1.example", "a-b.example"])
def test_domain_names_are_told(name):
    assert is_domain(name)


@pytest.mark.parametrize(
    "name",
    ["example", "", ".example", "example.", "a..b", "-a.example", "a-.example", "EXAMPLE.com", "192.0.2.1", "a b.com",
     "@example.com", "*.example.com", "bücher.example", "example.com\n", f"{'a' * 64}.example", "a." * 127 + "b"],
)  # fmt: skip
def test_what_is_no_domain_name_is_told(name):
    assert not is_domain(name)


@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=10), min_size=2, max_size=5))
def test_words_with_dots_between_them_are_a_domain_name(labels):
    assert is_domain(".".join(labels))
