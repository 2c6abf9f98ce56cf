"""The pages of reference data: what counts on a day, what is proposed, who decides."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from approvals.models import ApprovalRoute
from cases.models import ChecklistItem, LiabilityCurve, Rate, ReturnReason, StandardNote, Threshold
from industry.models import Article, CatalogueCode
from partners.forms import ProposeRow
from partners.models import Agreement, Nation, Proposal, Unit
from tests.approvals.hands import NOTHING, file_of, post, run_follow_ups, with_file
from tests.factories import ProposalFactory, person
from tests.people import enter, proven
from tests.portal.test_pages import signed_in
from workflow.models import ClockStandard, Separation
from workflow.steps import take

QUERIES = 10
QUERIES_OF_LIST = 8
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "planner")]
WHY = "The committee has decided."
DEPOSIT = {"rate_set": "jp", "code": "deposit"}
VERSION = {"percent": "25", "valid_from": "2027-04-01", "source": "memo 12", "reason": WHY}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-23T12:00:00+09:00", tick=False):
        yield


@pytest.fixture
def proposer() -> Client:
    return signed_in("finance_officer")


@pytest.fixture
def planner() -> Client:
    """The director of planning, who decides on changes of reference data."""
    return signed_in("director", unit="planning")


def decide() -> Proposal:
    """The change that waits, decided by whoever holds the post."""
    held: Proposal = Proposal.objects.waiting().get()
    take(file_of(held), "decide", by=post("planning", "director"), **NOTHING)
    return held


def of_file(name: str, held: Proposal, *more: str) -> str:
    return reverse(name, args=["approvals", file_of(held).number, *more])


def deposit() -> Rate:
    return Rate.objects.get(code="deposit", valid_to=None)


def of_row(name: str, row: Any) -> str:
    return reverse(name, args=[row._meta.model_name, row.pk])


def shown(page: Any, key: str) -> list[Any]:
    return [row["row"] for row in page.context[key]]


# Reading -------------------------------------------------------------------------------------


def test_overview_shows_the_kinds_and_what_waits() -> None:
    client = signed_in("case_manager")

    empty = client.get(reverse("reference"))
    held = with_file(ProposalFactory())
    waiting = client.get(reverse("reference"))

    assert [(kind["label"], kind["count"]) for kind in empty.context["kinds"]] == [
        ("Agreements", Agreement.objects.count()),
        ("Approval routes", ApprovalRoute.objects.count()),
        ("Articles of the catalogue", Article.objects.count()),
        ("Checklist of requests", ChecklistItem.objects.count()),
        ("Codes of the catalogue", CatalogueCode.objects.count()),
        ("Makers of articles", 0),
        ("Nations", Nation.objects.count()),
        ("Nonrecurring charges", 0),
        ("Prices of articles", 0),
        ("Rates", Rate.objects.on(date(2026, 11, 23)).count()),
        ("Reasons for returns, negative answers and delays", ReturnReason.objects.count()),
        ("Separations of duties", Separation.objects.count()),
        ("Standard notes", StandardNote.objects.count()),
        ("Standards of clocks", ClockStandard.objects.count()),
        ("Termination liability and days of payment", LiabilityCurve.objects.count()),
        ("Thresholds", Threshold.objects.count()),
        ("Units", Unit.objects.count()),
    ]
    assert "Nothing waits for a decision." in empty.content.decode()
    assert [(one["held"], one["file"], one["posts"]) for one in waiting.context["waiting"]] == [
        (held, file_of(held), ["Director, Planning"])
    ]


def test_kind_shows_the_rows_of_a_day_and_those_to_come() -> None:
    client, row = signed_in("auditor"), deposit()
    coming = Rate.objects.create(code="test", percent=1, valid_from="2027-04-01", source="memo")
    address = reverse("reference_kind", args=["rate"])

    today, later, before = (
        client.get(address, {"on": day}) for day in ("", "2027-05-01", "1899-12-31")
    )

    assert (row in shown(today, "rows"), shown(today, "to_come")) == (True, [coming])
    assert (coming in shown(later, "rows"), shown(later, "to_come")) == (True, [])
    assert shown(before, "rows") == []
    assert "No row counts on this day" in before.content.decode()


def test_row_shows_each_version_with_who_proposed_and_who_decided_by_which_file(
    proposer: Client,
) -> None:
    row = deposit()
    proposer.post(of_row("propose_version", row), VERSION)
    held = decide()

    page = proposer.get(of_row("reference_row", row))
    only_read = signed_in("opinion_giver").get(of_row("reference_row", row)).content.decode()

    versions = page.context["versions"]
    assert [version["row"].percent for version in versions] == [25, 20]
    (line,) = versions[0]["told"]
    assert (line["proposed_by"], line["why"], line["file"]) == (
        held.proposed_by.official_name,
        WHY,
        file_of(held).number,
    )
    assert "decided by" in page.content.decode()
    assert of_file("staff:case", held) in page.content.decode()
    assert (of_file("staff:case", held) in only_read, line["file"] in only_read) == (False, True)


def test_page_of_many_versions_asks_as_often_as_of_one(
    proposer: Client, django_assert_num_queries: Any
) -> None:
    row = deposit()
    address = of_row("reference_row", row)
    proposer.get(address)
    with django_assert_num_queries(QUERIES):
        proposer.get(address)
    for year in (2000, 2001):
        Rate.objects.create(
            code="deposit",
            percent=1,
            valid_from=f"{year}-04-01",
            valid_to=f"{year}-05-01",
            source="-",
        )

    with django_assert_num_queries(QUERIES):
        page = proposer.get(address)

    assert len(page.context["versions"]) == 3


@pytest.mark.parametrize("address", ["/staff/reference/", "/staff/reference/rate/"])
@pytest.mark.parametrize("role", ["requester", "contractor_sales"])
def test_pages_are_the_agencys(role: str, address: str) -> None:
    assert signed_in(role).get(address).status_code == 403


def test_kind_or_row_that_is_not_there_is_not_found(proposer: Client) -> None:
    for address in (
        "person/",
        "rate/999999/",
        "rate/deposit/",
        "rate/999999/version/",
        "person/new/",
        "nation/XX/",
        "article/JP-RAD-001/version/",
        "nation/PH/end/",
        "nation/PH/withdraw/",
    ):
        assert proposer.get(f"/staff/reference/{address}").status_code == 404


# Proposing -----------------------------------------------------------------------------------


def test_form_of_a_next_version_asks_for_what_may_change(proposer: Client) -> None:
    page = proposer.get(of_row("propose_version", deposit()))

    assert list(page.context["form"].fields) == [
        "percent",
        "amount",
        "currency",
        "valid_from",
        "valid_to",
        "source",
        "reason",
    ]
    assert page.context["form"]["percent"].value() == "20"


def test_proposal_waits_and_counts_for_nothing(proposer: Client) -> None:
    answer = proposer.post(of_row("propose_version", deposit()), VERSION)

    held = Proposal.objects.get()
    assert answer["Location"] == of_file("staff:case", held)
    assert file_of(held).state == "awaiting_decision"
    assert (held.columns["percent"], held.source, held.reason) == ("25", "memo 12", WHY)
    assert Rate.objects.filter(code="deposit").count() == 1


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"valid_from": "2026-11-23"}, "valid_from", "The first day is tomorrow at the earliest"),
        ({"percent": "120"}, "percent", "less than or equal to 100"),
        ({"percent": "a lot"}, "percent", "Enter a number."),
        ({"percent": ""}, "percent", "Give a percentage, or an amount."),
        ({"amount": "5"}, "currency", "Give an amount together with its currency, or neither."),
        ({"currency": "JPY"}, "currency", "Give an amount together with its currency, or neither."),
        ({"amount": "5", "currency": "yen"}, "currency", "three capital letters of ISO 4217"),
        ({"source": ""}, "source", "This is needed: write a few words."),
        ({"reason": ""}, "reason", "This is needed: write a few words."),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(
    proposer: Client, typed: dict[str, str], field: str, sentence: str
) -> None:
    page = proposer.post(of_row("propose_version", deposit()), VERSION | typed)

    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert not Proposal.objects.exists()


def steps_typed(*steps: tuple[str, str, str, int]) -> dict[str, str]:
    """The rows of the editor of a route, as a browser posts them."""
    return {
        f"steps-{place}-{name}": str(value)
        for place, step in enumerate(steps)
        for name, value in zip(("kind", "rank", "unit", "group"), step, strict=True)
    }


ROUTE = steps_typed(("line", "director", "cases", 1), ("decision", "president", "executive", 2))


def test_steps_of_a_route_are_edited_row_by_row() -> None:
    row = ApprovalRoute.objects.filter(matter="foreign_offer").first()
    client = signed_in("legal_reviewer")
    shown = client.get(of_row("propose_version", row)).content.decode()

    client.post(of_row("propose_version", row), VERSION | ROUTE)

    assert shown.count('name="steps-0-') == 4
    assert Proposal.objects.get().columns["steps"] == [
        {"kind": "line", "rank": "director", "unit": "cases", "group": 1},
        {"kind": "decision", "rank": "president", "unit": "executive", "group": 2},
    ]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([("line", "director", "cases", 1)], "Exactly one step decides. Give one decision."),
        (
            [("decision", "director", "cases", 1), ("line", "president", "executive", 1)],
            "Nobody in the line stands above whoever decides.",
        ),
        (
            [("decision", "director", "cases", 1), ("concurrence", "director", "legal", 2)],
            "Everything but circulation comes before the decision, circulation after it.",
        ),
        (
            [("line", "director", "cases", 1)] * 2 + [("decision", "president", "executive", 2)],
            "A post acts once. Take out the step that stands there twice.",
        ),
        ([("decision", "director", "cases", 0)], "step 1: group is a whole number from 1 on."),
        ([("decision", "director", "", 1)], "step 1: name a unit."),
        ([("decision", "emperor", "cases", 1)], "step 1: rank is one of"),
        ([("dance", "director", "cases", 1)], "step 1: kind is one of"),
        ([("decision", "director", "moon", 1)], "There is no unit moon."),
        ([], "This field is required."),
    ],
)
def test_steps_that_make_no_route_are_refused_with_the_remedy(
    steps: list[tuple[str, str, str, int]], why: str
) -> None:
    row = ApprovalRoute.objects.filter(matter="foreign_offer").first()

    page = signed_in("legal_reviewer").post(
        of_row("propose_version", row), VERSION | steps_typed(*steps)
    )

    assert page.status_code == 422
    assert why in str(page.context["form"].errors)


def test_editor_of_a_route_shows_where_a_file_would_go_before_anything_is_proposed() -> None:
    row = ApprovalRoute.objects.filter(matter="foreign_offer").first()
    director = person("director", unit="cases")
    client = signed_in("legal_reviewer")

    page = client.post(of_row("propose_version", row), ROUTE | {"look": "1", "source": "memo 7"})

    assert page.status_code == 200
    assert page.context["would_go"] == {
        "way": [
            {
                "post": "Director, Case Management",
                "kind": "line",
                "holders": str(director),
            },
            {
                "post": "President, Executive",
                "kind": "decision",
                "holders": "nobody holds this post today",
            },
        ],
        "why_not": "",
    }
    assert 'value="memo 7"' in page.content.decode()  # what was typed stays
    assert not page.context["form"].errors
    assert not Proposal.objects.exists()


def test_editor_says_beside_the_way_why_the_steps_make_no_route() -> None:
    row = ApprovalRoute.objects.filter(matter="foreign_offer").first()
    steps = steps_typed(("line", "director", "cases", 1))

    page = signed_in("legal_reviewer").post(of_row("propose_version", row), steps | {"look": "1"})

    would_go = page.context["would_go"]
    assert [step["post"] for step in would_go["way"]] == ["Director, Case Management"]
    assert would_go["why_not"] == "Exactly one step decides. Give one decision."
    assert would_go["why_not"] in page.content.decode()


def test_editor_begins_with_the_way_by_the_present_steps() -> None:
    row = ApprovalRoute.objects.filter(matter="foreign_offer").first()
    client = signed_in("legal_reviewer")

    shown = client.get(of_row("propose_version", row)).context["would_go"]
    empty = client.get(reverse("propose_row", args=["approvalroute"])).context["would_go"]

    assert len(shown["way"]) == len(row.steps)
    assert empty == {"way": [], "why_not": ""}


def test_looking_asks_nobody_who_they_are() -> None:
    row = ApprovalRoute.objects.filter(matter="foreign_offer").first()
    client = signed_in("legal_reviewer")

    with time_machine.travel("2026-11-23T12:30:00+09:00", tick=False):
        page = client.post(of_row("propose_version", row), ROUTE | {"look": "1"})

    assert (page.status_code, page.context["proof"]) == (200, None)


def test_new_row_takes_codes_that_the_house_knows(proposer: Client) -> None:
    address = reverse("propose_row", args=["approvalroute"])
    typed = {
        **VERSION,
        "matter": "foreign_offer",
        "from_amount": "5000000000",
        **ROUTE,
    }

    unknown = proposer.post(address, typed | {"matter": "hearsay"})
    proposer.post(address, typed)

    assert list(unknown.context["form"].errors) == ["matter"]
    assert Proposal.objects.get().columns["from_amount"] == "5000000000"


def test_new_row_beside_one_that_counts_is_sent_to_it(proposer: Client) -> None:
    page = proposer.post(reverse("propose_row", args=["rate"]), {**VERSION, **DEPOSIT})

    assert "Propose the next version of that one" in str(page.context["form"].errors["valid_from"])


def test_last_day_is_proposed_and_told_beside_its_field(proposer: Client) -> None:
    address, row = of_row("propose_end", deposit()), deposit()
    typed = {"last_day": "2027-03-31", "source": "memo", "reason": WHY}

    early = proposer.post(address, typed | {"last_day": "2026-11-01"})
    proposer.post(address, typed)

    assert "today at the earliest" in str(early.context["form"].errors["last_day"])
    held = Proposal.objects.get()
    assert (held.instead_of, str(held.last_day), held.columns) == (str(row.pk), "2027-03-31", {})


def test_second_change_of_a_row_is_told_to_wait(proposer: Client) -> None:
    ProposalFactory()

    page = proposer.post(of_row("propose_version", deposit()), VERSION)

    assert (page.status_code, "waits for a decision" in page.content.decode()) == (409, True)


# Withdrawing ---------------------------------------------------------------------------------


def coming(**fields: Any) -> Rate:
    columns = {"code": "test", "percent": 1, "valid_from": "2027-04-01", "source": "memo"}
    row = Rate.objects.create(**columns | fields)
    row.refresh_from_db()
    return row


def test_row_that_has_not_begun_is_withdrawn(proposer: Client, planner: Client) -> None:
    row = coming()
    shown_before = proposer.get(of_row("reference_row", row)).content.decode()
    asked = proposer.get(of_row("propose_withdrawal", row))

    without = proposer.post(of_row("propose_withdrawal", row), {"reason": ""})
    proposer.post(of_row("propose_withdrawal", row), {"reason": WHY})
    address = reverse("proposal", args=[Proposal.objects.get().pk])
    page = planner.get(address)
    decide()
    later = planner.get(address)
    versions = proposer.get(of_row("reference_row", row))

    assert "Propose to withdraw" in shown_before
    assert list(asked.context["form"].fields) == ["reason"]
    assert "No other version takes its place." in asked.content.decode()
    assert (without.status_code, list(without.context["form"].errors)) == (422, ["reason"])
    assert (page.context["shown"]["what"], page.context["goes_on"]) == (
        "withdrawal",
        "No other version takes its place.",
    )
    assert later.context["goes_on"] == ""
    row.refresh_from_db()
    assert row.counts_never
    text = versions.content.decode()
    assert (">withdrawn<" in text, "Propose to withdraw" in text) == (True, False)
    kind = proposer.get(reverse("reference_kind", args=["rate"]))
    assert shown(kind, "to_come") == []


@pytest.mark.parametrize(
    ("last_day", "told"),
    [("", "then goes on without a last day."), ("2028-03-31", "then goes on until 31 Mar 2028.")],
)
def test_what_goes_on_when_a_version_is_withdrawn_is_told_before(
    proposer: Client, last_day: str, told: str
) -> None:
    row = deposit()
    if last_day:
        _decided(proposer, "propose_end", row, {"last_day": last_day, **VERSION})
    _decided(proposer, "propose_version", row, VERSION)

    page = proposer.get(of_row("propose_withdrawal", Rate.objects.get(code="deposit", percent=25)))

    assert page.context["hint"].endswith(f"The version before it, from 1 Apr 2026, {told}")


def _decided(proposer: Client, route: str, row: Rate, columns: dict[str, str]) -> None:
    proposer.post(of_row(route, row), columns)
    decide()


def test_row_that_counts_already_is_not_offered_to_be_withdrawn(proposer: Client) -> None:
    page = proposer.get(of_row("propose_withdrawal", deposit()))

    assert page.status_code == 409
    assert "Propose a last day for it instead." in page.content.decode()


# Undated rows --------------------------------------------------------------------------------


def typed(row: Any, **changes: Any) -> dict[str, Any]:
    """What the form of a change holds, with some of it typed anew."""
    form = ProposeRow(kind=type(row), instead_of=row)
    kept = {name: form.initial[name] for name in form.initial if form.initial[name] is not None}
    return {**kept, "source": row.source, "reason": WHY, **changes}


def test_nation_is_changed_column_by_column(proposer: Client, planner: Client) -> None:
    row = Nation.objects.get(pk="PH")
    asked = proposer.get(of_row("propose_version", row))

    proposer.post(of_row("propose_version", row), typed(row, name_en="The Philippines"))
    page = planner.get(reverse("proposal", args=[Proposal.objects.get().pk]))
    decide()
    after = proposer.get(of_row("reference_row", row))

    assert "code" not in asked.context["form"].fields
    change = {"label": "Name in English", "before": "Philippines", "after": "The Philippines"}
    assert page.context["changes"] == [change]
    assert Nation.objects.get(pk="PH").name_en == "The Philippines"
    assert [line["changes"] for line in after.context["told"]] == [[change]]


def test_page_of_a_change_says_later_what_it_changed(proposer: Client) -> None:
    row = Nation.objects.get(pk="PH")
    proposer.post(of_row("propose_version", row), typed(row, name_en="The Philippines"))
    held = decide()

    page = proposer.get(reverse("proposal", args=[held.pk]))

    assert [change["before"] for change in page.context["changes"]] == ["Philippines"]


def test_day_that_was_not_known_before_is_told_with_a_line(proposer: Client) -> None:
    row = Agreement.objects.create(nation_id="BD", signed_on="2026-01-01", source="memo")
    new_page = proposer.get(of_row("reference_row", row))
    proposer.post(of_row("propose_version", row), typed(row, in_force_on="2030-02-01"))
    decide()

    page = proposer.get(of_row("reference_row", row))

    assert [line["changes"] for line in new_page.context["told"]] == [[]]
    changes = page.context["told"][0]["changes"]
    assert changes == [{"label": "In force", "before": "", "after": "1 Feb 2030"}]
    assert page.context["told"][0]["why"] == WHY


def test_article_and_agreement_are_added(proposer: Client) -> None:
    article = {
        "catalogue_number": "JP-NEW-001",
        "name_ja": "新型",
        "name_en": "New",
        "unit": "EA",
        "handling": "confidentiality_1",
        "kind": "article",
        "item_class": "part",
        "source": "memo 3",
        "reason": WHY,
    }
    agreement = {"nation": "BD", "signed_on": "2030-01-01", "source": "memo 4", "reason": WHY}

    for kind, columns in (("article", article), ("agreement", agreement)):
        proposer.post(reverse("propose_row", args=[kind]), columns)
        decide()

    assert Article.objects.get(catalogue_number="JP-NEW-001").item_class == "part"
    row = Agreement.objects.get(nation="BD", signed_on="2030-01-01")
    assert (row.in_force_on, row.is_verified) == (None, False)


@pytest.mark.parametrize(
    ("kind", "columns", "field", "sentence"),
    [
        ("nation", {"code": "ph"}, "code", "Give the two capital letters of ISO 3166"),
        ("nation", {"code": "PH"}, "code", "Propose a change of it."),
        ("nation", {"currency": "peso"}, "currency", "at most 3 characters"),
        ("nation", {"currency": "12A"}, "currency", "Give the three capital letters of ISO 4217"),
        ("nation", {"name_ja": ""}, "name_ja", "This is needed: write a few words."),
        ("nation", {"name_en": "a\u202eb"}, "name_en", "invisible signs"),
        ("article", {"catalogue_number": "JP-RAD-001"}, "catalogue_number", "Propose a change of"),
        ("article", {"kind": "weapon"}, "kind", "not one of the available choices"),
        (
            "agreement",
            {"in_force_on": "2029-12-31"},
            "in_force_on",
            "the day it is signed or later",
        ),
        ("agreement", {"nation": "XX"}, "nation", "not one of the available choices"),
    ],
)
def test_what_does_not_fit_in_a_new_row_is_told_beside_its_field(
    proposer: Client, kind: str, columns: dict[str, str], field: str, sentence: str
) -> None:
    new = {
        "code": "XA",
        "name_ja": "新",
        "name_en": "New",
        "formal_ja": "新国",
        "currency": "XAX",
        "formal_en": "New State",
        "catalogue_number": "JP-NEW-001",
        "kind": "article",
        "item_class": "part",
        "unit": "EA",
        "handling": "confidentiality_1",
        "nation": "BD",
        "signed_on": "2030-01-01",
        "source": "memo",
        "reason": WHY,
    }

    page = proposer.post(reverse("propose_row", args=[kind]), new | columns)

    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert list(page.context["form"].errors) == [field]
    assert not Proposal.objects.exists()


def test_agreement_of_a_day_that_is_known_is_told_beside_its_day(proposer: Client) -> None:
    known = Agreement.objects.get(nation="PH")
    columns = {"nation": "PH", "signed_on": known.signed_on, "source": "memo", "reason": WHY}

    page = proposer.post(reverse("propose_row", args=["agreement"]), columns)

    assert "Propose a change of that one." in str(page.context["form"].errors["signed_on"])


def test_change_that_changes_nothing_is_told_so(proposer: Client) -> None:
    row = Article.objects.get(catalogue_number="JP-RAD-001")

    page = proposer.post(of_row("propose_version", row), typed(row))

    assert (page.status_code, Proposal.objects.count()) == (422, 0)
    assert "Nothing changes." in str(page.context["form"].non_field_errors())


def test_undated_kinds_are_found_by_words() -> None:
    client = signed_in("case_manager")
    philippines = Agreement.objects.get(nation="PH")

    for kind, words, row in (
        ("agreement", "フィリピン", philippines),
        ("agreement", "philipp", philippines),
        ("article", "rad-001 radar", Article.objects.get(catalogue_number="JP-RAD-001")),
        ("nation", "PHP", Nation.objects.get(pk="PH")),
    ):
        page = client.get(reverse("reference_kind", args=[kind]), {"q": words})
        assert shown(page, "rows") == [row]
    none = client.get(reverse("reference_kind", args=["nation"]), {"q": "atlantis"})
    assert "No row has these words." in none.content.decode()
    long = client.get(reverse("reference_kind", args=["nation"]), {"q": "a" * 101})
    assert len(shown(long, "rows")) == Nation.objects.count()


def test_list_of_agreements_asks_as_often_for_one_as_for_many(
    django_assert_num_queries: Any,
) -> None:
    client = signed_in("case_manager")
    address = reverse("reference_kind", args=["agreement"])
    client.get(address)

    with django_assert_num_queries(QUERIES_OF_LIST):
        one = client.get(address, {"q": "フィリピン"})
    with django_assert_num_queries(QUERIES_OF_LIST):
        many = client.get(address)

    assert (len(shown(one, "rows")), len(shown(many, "rows"))) == (1, Agreement.objects.count())


# What comes of it ----------------------------------------------------------------------------


def test_change_is_decided_on_the_page_of_its_file(proposer: Client, planner: Client) -> None:
    proposer.post(of_row("propose_version", deposit()), VERSION)
    run_follow_ups()
    held = Proposal.objects.get()

    queue = planner.get(reverse("cockpit")).content.decode()
    page = planner.get(of_file("staff:case", held)).content.decode()
    planner.post(of_file("staff:step", held, "decide"), {"opinion": "Fine."})
    run_follow_ups()
    kept = planner.get(of_file("staff:case", held))
    shown = planner.get(reverse("proposal", args=[held.pk])).content.decode()

    assert of_file("staff:case", held) in queue
    assert reverse("proposal", args=[held.pk]) in page
    assert "Rates: the agency&#x27;s own · initial deposit" in page
    assert [one["state"] for one in kept.context["progress"]] == [
        *("drafting", "in_circulation", "awaiting_decision", "decided", "kept")
    ]
    assert [one["title"] for one in kept.context["papers"]] == ["Approval file"] * 2
    assert Rate.objects.get(code="deposit", valid_to=None).percent == 25
    assert of_file("staff:case", held) in shown
    assert "Decided by" in shown


def test_page_of_a_proposal_shows_what_changes_and_leads_to_its_file() -> None:
    held = with_file(ProposalFactory())
    address = reverse("proposal", args=[held.pk])

    pages = [signed_in(role).get(address) for role in ("case_manager", "opinion_giver")]

    for page in pages:
        assert {"label": "Percent", "before": "20", "after": "25"} in page.context["changes"]
    assert [page.context["file"] for page in pages] == [file_of(held), None]
    shown = [of_file("staff:case", held) in page.content.decode() for page in pages]
    assert shown == [True, False]


def test_page_of_a_proposal_says_why_it_was_given_up(proposer: Client) -> None:
    held = with_file(ProposalFactory())

    take(file_of(held), "withdraw", by=held.proposed_by, reason="A slip.")
    page = proposer.get(reverse("proposal", args=[held.pk]))

    assert page.context["why_given_up"] == "A slip."
    assert "Given up by" in page.content.decode()


def test_change_that_nobody_could_decide_is_refused_with_the_remedy(proposer: Client) -> None:
    post("planning", "director").memberships.update(valid_to="2026-11-22")

    page = proposer.post(of_row("propose_version", deposit()), VERSION)

    assert (page.status_code, Proposal.objects.count()) == (409, 0)
    assert "the post “Director, Planning” is vacant, or you hold it." in page.content.decode()
    assert WHY in page.content.decode()


def test_last_day_is_shown_without_columns(proposer: Client) -> None:
    held = ProposalFactory(columns={}, last_day="2027-03-31")

    page = proposer.get(reverse("proposal", args=[held.pk]))

    assert (page.context["changes"], page.context["shown"]["what"]) == ([], "last day")


@pytest.fixture
def stale() -> Client:
    """A proposer, an hour after they came in."""
    who = person("finance_officer")
    client = enter(Client(), who)
    session = client.session
    session.update(proven(who, at=time.time() - 3600))
    session.save()
    return client


def test_proposing_asks_who_one_is_before_anything_is_typed(stale: Client) -> None:
    answer = stale.get(of_row("propose_version", deposit()))

    assert answer["Location"].startswith("/confirm/")


def test_what_was_typed_is_kept_while_it_is_asked_again_who_one_is(stale: Client) -> None:
    proposed = stale.post(of_row("propose_version", deposit()), VERSION)
    ended = stale.post(
        of_row("propose_end", deposit()),
        {"last_day": "2027-03-31", "source": "memo", "reason": WHY},
    )

    for page in (proposed, ended):
        text = page.content.decode()
        assert (page.status_code, WHY in text, "confirm-" in text) == (422, True, True)
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("role", "is_shown"), [("finance_officer", True), ("director", True), ("case_manager", False)]
)
def test_way_there_stands_in_the_navigation_of_whoever_works_with_it(
    role: str, is_shown: bool
) -> None:
    page = signed_in(role).get("/staff/")

    urls = [item["url"] for item in page.context["navigation"]]
    assert (reverse("reference") in urls) is is_shown
