"""The auditor's page: green or red, what happened, a proof of any line; and nobody else's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import RequestFactory, person
from tests.people import enter
from tests.seal.conftest import papers_on_disk, seal_all, sealer  # noqa: F401
from workflow import walls
from workflow.models import Entry, Verification
from workflow.rights import SYSTEM, Capacity
from workflow.seal import keys, proof
from workflow.seal.sealer import Sealer
from workflow.steps import take
from workflow.tasks import ask_for_verification, verify_trail
from workflow.trail import record

PAGE = "/staff/trail/"


def as_auditor(language: str = "en") -> Client:
    client = Client()
    enter(client, person("auditor", language=language))
    return client


def line(note: str = "", **fields: Any) -> Entry:
    return record(Entry.Event.SIGNED_IN, by=SYSTEM, note=note, **fields)


def lines_on(client: Client, query: str = "") -> list[Any]:
    return [entry["uid"] for entry in client.get(PAGE + query).context["entries"]]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["case_manager", "system_administrator", "security_officer"])
def test_page_is_for_readers_of_the_trail(role: str) -> None:
    client = Client()
    enter(client, person(role))
    uid = line().uid

    answers = [
        client.get(PAGE),
        client.get(reverse("staff:trail_entry", args=[uid])),
        client.get(reverse("staff:trail_proof", args=[uid])),
        client.post(reverse("staff:trail_verify")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "/staff/trail/" not in client.get("/staff/").content.decode()


@pytest.mark.django_db
def test_auditor_finds_the_page_in_the_navigation() -> None:
    assert 'href="/staff/trail/"' in as_auditor().get("/staff/").content.decode()


@pytest.mark.django_db
def test_lines_are_searched_by_what_who_case_and_day() -> None:
    request: Any = RequestFactory(state="submitted")
    found = record(
        Entry.Event.PAPER_READ,
        by=person("case_manager", family_name="Mori", given_name="Ken"),
        capacity=Capacity("case_manager", "Equipment Transfer Agency"),
        case=request,
    )
    line()
    client = as_auditor()

    for query in ("?event=paper_read", "?who=mori", f"?case={request.number[:-1]}"):
        assert lines_on(client, query) == [found.uid]
    assert found.uid in lines_on(client, f"?day={timezone.localdate(found.at)}")
    assert lines_on(client, "?day=2001-01-01") == []
    assert lines_on(client, "?day=soon") == []
    assert lines_on(client, "?before=x") == lines_on(client)


@pytest.mark.django_db
def test_pages_follow_a_cursor_that_new_lines_do_not_shift(
    django_assert_num_queries: Any,
) -> None:
    first: list[Any] = [line(str(n)).uid for n in range(60)]
    client = as_auditor()
    client.get(PAGE)
    with django_assert_num_queries(13):
        page = client.get(PAGE)
    line("newer")

    rest = lines_on(client, page.context["following"])

    assert [entry["uid"] for entry in page.context["entries"]] == first[:9:-1]
    assert rest == first[9::-1]


@pytest.mark.django_db
def test_nothing_is_green_before_somebody_has_looked() -> None:
    page = as_auditor().get(PAGE)

    assert not page.context["standing"].is_good
    assert "The seal is late." in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_sealed_and_verified_trail_is_green_and_a_changed_one_red(sealer: Sealer) -> None:  # noqa: F811
    take(RequestFactory(state="submitted"), "accept_as_actionable", by=person("case_manager"))
    papers_on_disk()
    client = as_auditor()
    seal_all(sealer)
    asked = client.post(reverse("staff:trail_verify"))
    waiting = client.get(PAGE).content.decode()
    verify_trail()
    green = client.get(PAGE)

    assert (asked.status_code, asked["Location"]) == (302, PAGE)
    assert "A verification is under way." in waiting
    assert green.context["standing"].is_good, green.context["findings"]
    assert "The trail fits." in green.content.decode()
    assert green.context["standing"].last.root[:12] in green.content.decode()
    assert f"<code>{keys.public_keys()[0].key_id.hex()}</code>" in green.content.decode()

    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_request DISABLE TRIGGER USER")
        cursor.execute("UPDATE cases_request SET title = 'Something else'")
        cursor.execute("ALTER TABLE cases_request ENABLE TRIGGER USER")
    ask_for_verification()
    ask_for_verification()  # one look answers both
    verify_trail()
    red = client.get(PAGE)

    assert Verification.objects.count() == 2
    assert "The trail does not fit." in red.content.decode()
    assert [(row["table"], str(row["label"])) for row in red.context["findings"]] == [
        ("cases_request", "is no longer as it was sealed or attested")
    ]


@pytest.mark.django_db(transaction=True)
def test_line_has_a_page_and_once_sealed_a_proof(sealer: Sealer) -> None:  # noqa: F811
    entry = line("a word")
    client = as_auditor(language="ja")
    address = reverse("staff:trail_entry", args=[entry.uid])
    proof_address = reverse("staff:trail_proof", args=[entry.uid])

    before = client.get(address).content.decode()
    refused = client.get(proof_address)
    seal_all(sealer)
    after = client.get(address).content.decode()
    made = client.get(proof_address)

    assert "封印待ち" in before
    assert refused.status_code == 404
    assert proof_address in after
    assert made["Content-Disposition"] == f'attachment; filename="proof-{entry.uid}.json"'
    body = json.loads(made.content)
    assert body["body"] == entry.body
    assert proof.check(body, keys.public_keys()[0]).size > 0


@pytest.mark.django_db
def test_line_that_is_not_there_is_not_found() -> None:
    nobody = "00000000-0000-4000-8000-000000000000"

    assert as_auditor().get(reverse("staff:trail_entry", args=[nobody])).status_code == 404


@pytest.mark.django_db
def test_health_tells_the_lag_the_sealer_left_word_of() -> None:
    never = Client().get("/healthz").json()
    keys.mark_look(timedelta(seconds=2))
    looked = Client().get("/healthz").json()

    assert never == {"status": "ok", "seal_lag_seconds": None}
    assert 2 <= looked["seal_lag_seconds"] < 20
