"""Every page as each kind of person: headers, cookies, nothing in place, nothing from elsewhere (T25)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import get_resolver

from documents import storage
from portal.desks import DESKS
from tests.factories import (
    BillFactory,
    ContractFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    paper,
    person,
)
from tests.people import enter

pytestmark = pytest.mark.django_db

KINDS = {
    "nobody": (),
    "without a role": (),
    "agency": ("case_manager", "export_control_officer", "finance_officer", "director"),
    "auditor": ("auditor",),
    "ministry": ("opinion_giver",),
    "nation": ("requester", "signatory", "nation_finance", "nation_logistics"),
    "contractor": ("contractor_sales", "contractor_production", "contractor_finance"),
}
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "report-uri /csp-report/",
}
SANDBOX = "sandbox; default-src 'none'"
# What may stand in an `on…` attribute, in a `style`, and be loaded from another host: nothing.
LOADING = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("form", "action"),
}


class Faults(HTMLParser):
    """What a strict security policy would refuse, and what another host would serve."""

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in given and given.get("nonce") != self.nonce:
            self.found.append("<script> in place without the nonce of the answer")
        self.found += [
            f"{tag} {name}={value}"
            for name, value in given.items()
            if name == "style"
            or name.startswith(("on", "hx-on"))
            or (value or "").strip().lower().startswith("javascript:")
            or ((tag, name) in LOADING and urlsplit(value or "").netloc)
        ]


def faults_of(answer: Any) -> list[str]:
    """What is wrong with one answer, whoever got it."""
    found = [
        f"{name}: {answer.headers.get(name)}"
        for name, value in EXPECTED.items()
        if answer.headers.get(name) != value
    ]
    powers = answer.headers.get("Permissions-Policy", "")
    if not re.fullmatch(r"[a-z-]+=\(\)(, [a-z-]+=\(\)){15,}", powers):
        found.append(f"Permissions-Policy: {powers}")
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        found.append(f"Cache-Control: {answer.headers.get('Cache-Control')}")
    policy = answer.headers.get("Content-Security-Policy", "")
    if policy != SANDBOX and (not set(policy.split("; ")) >= POLICY or "unsafe" in policy):
        found.append(f"Content-Security-Policy: {policy}")
    if answer.headers["Content-Type"].startswith("text/html"):
        nonce = re.search(r"'nonce-([^']+)'", policy)
        reader = Faults(nonce[1] if nonce else "no nonce")
        reader.feed(answer.content.decode())
        found += reader.found
    return found + [fault for cookie in answer.cookies.values() for fault in cookie_faults(cookie)]


def cookie_faults(cookie: Any) -> Iterator[str]:
    if cookie["httponly"] is not True:
        yield f"{cookie.key} can be read by scripts"
    if cookie["samesite"] not in {"Lax", "Strict"}:
        yield f"{cookie.key} goes along from other sites"
    if cookie["domain"] or cookie["path"] != "/":
        yield f"{cookie.key} is for {cookie['domain']} {cookie['path']}"
    if len(cookie.OutputString()) > 4096:
        yield f"{cookie.key} is too long"
    if house.SESSION_COOKIE_SECURE and not (cookie["secure"] and cookie.key.startswith("__Host-")):
        yield f"{cookie.key} is not bound to this host under https"


def client_of(kind: str) -> Client:
    client = Client()
    if kind != "nobody":
        roles = KINDS[kind]
        enter(client, person(*roles, firm=firm()) if roles else person())
    return client


def cases() -> list[Any]:
    return [
        RequestFactory(state="draft"),
        RequestFactory(state="submitted"),
        ContractFactory(state="offered"),
        TransferReviewFactory(state="under_review"),
        SubcontractFactory(state="awarded"),
        QuoteFactory(state="invited"),
        ShipmentFactory(state="shipped"),
        BillFactory(state="issued"),
    ]


def addresses(rows: list[Any]) -> Iterator[str]:
    """Every page there is: the plain ones, and each desk's for each case, step and paper."""
    for pattern in get_resolver().url_patterns:
        yield from plain_below("/", pattern)
    sheet = paper(rows[0], "note", for_nation=True, sha256=storage.store(b"%PDF-"))
    for name, desk in DESKS.items():
        yield from (f"/{name}/", f"/{name}/requests/begin/draft/", f"/{name}/none/")
        yield from (f"/{name}/{kind.slug}/?q=radar&state=draft" for kind in desk.types)
        for row in rows:
            yield f"/{name}/{row.slug()}/{row.number}/"
            yield f"/{name}/{row.slug()}/{row.number}/steps/withdraw/"
        yield f"/{name}/documents/{sheet.pk}/"
    yield from ("/no/such/page/", "/api/v1/nothing/", "/api/v1/docs/?script=", "/staff\0/")


def plain_below(before: str, pattern: Any) -> Iterator[str]:
    """Addresses without a variable in them."""
    path = before + str(pattern.pattern)
    if "<" in path or "^" in path:
        return
    if hasattr(pattern, "url_patterns"):
        for inner in pattern.url_patterns:
            yield from plain_below(path, inner)
    else:
        yield path


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_says_too_little_or_does_too_much(kind: str) -> None:
    client, rows = client_of(kind), cases()
    asked = list(addresses(rows))

    answers = {address: client.get(address) for address in asked}

    assert len(answers) > 70
    assert {
        address: faults for address, answer in answers.items() if (faults := faults_of(answer))
    } == {}
    statuses = {answer.status_code for answer in answers.values()}
    assert statuses <= {200, 302, 400, 401, 403, 404, 405, 409}
    assert statuses >= {200, 404}


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("<p style='color: red'>", "p style=color: red"),
        ("<p onclick='go()'>", "p onclick=go()"),
        ("<a href='javascript:go()'>", "a href=javascript:go()"),
        ("<script>go()</script>", "<script> in place without the nonce of the answer"),
        ("<style>p {}</style>", "<style>"),
        ("<script src='https://cdn.example/x.js'></script>", "script src=https://cdn.example/x.js"),
        ("<img src='//cdn.example/x.png'>", "img src=//cdn.example/x.png"),
    ],
)
def test_what_must_not_stand_on_a_page_is_seen(planted: str, fault: str) -> None:
    reader = Faults("n")

    reader.feed(f"<p>{planted}</p>")

    assert reader.found == [fault]


# Redirects -----------------------------------------------------------------------------------

ELSEWHERE = (
    *("https://elsewhere.example/", "//elsewhere.example/", "///elsewhere.example/"),
    *("/\\elsewhere.example/", "http:elsewhere.example", "https:///elsewhere.example"),
    *("javascript:go()", "\t//elsewhere.example/", "https://testserver@elsewhere.example/"),
    *("https://testserver.elsewhere.example/", "%2f%2felsewhere.example/\\"),
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_choosing_a_language_leads_nowhere_else(target: str) -> None:
    answer = client_of("agency").post("/language/", {"language": "en", "next": target})

    assert_here(answer)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    who = person("case_manager", password="a long password of theirs")
    words = {"username": who.email, "login": who.email, "password": "a long password of theirs"}

    answer = Client().post("/sign-in/", words | {"next": target})

    assert_here(answer)


def assert_here(answer: Any) -> None:
    assert answer.status_code in {302, 303}, answer.content
    found = urlsplit(answer.headers["Location"])
    assert (found.scheme, found.netloc) == ("", "")
    assert not answer.headers["Location"].startswith(("//", "/\\"))


# Reports -------------------------------------------------------------------------------------


def test_a_report_of_a_browser_is_logged_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    report = {
        "csp-report": {
            "document-uri": "http://testserver/staff/\nERROR forged",
            "effective-directive": "style-src-attr",
            "blocked-uri": "inline",
            "original-policy": "not told",
        }
    }

    answer = Client(enforce_csrf_checks=True).post(
        "/csp-report/", json.dumps(report), content_type="application/csp-report"
    )

    assert answer.status_code == 204
    (told,) = [line.getMessage() for line in caplog.records if line.name == "portal.reports"]
    assert told == (
        "a page did what its policy refuses: "
        '{"document-uri": "http://testserver/staff/\\nERROR forged",'
        ' "effective-directive": "style-src-attr", "blocked-uri": "inline"}'
    )


@pytest.mark.parametrize("body", ["", "[]", "{", '{"csp-report": 1}', "x" * 20_000, "[" * 9_999])
def test_what_is_no_report_is_dropped(body: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = Client().post("/csp-report/", body, content_type="application/csp-report")

    assert answer.status_code == 204
    assert [line for line in caplog.records if line.name == "portal.reports"] == []
