"""A label that names its readers: who still sees the deal, who is told, what the trail keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.models import ApprovalFile
from cases import papers
from cases.forms import AttachLetter
from cases.models import Bill, Contract, Quote, Request, Subcontract
from documents import uploads
from documents.models import Document
from exports.models import Shipment, TransferReview
from notifications.models import Message
from partners import access, handling
from partners.desks import staff_with
from partners.models import EmergencyAccess, Handler
from tests.factories import (
    BillFactory,
    ContractFactory,
    EmergencyAccessFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    name_readers,
    person,
)
from tests.people import enter
from workflow import deadlines, follow_ups
from workflow.handling import Handling, is_restricted, why_not_here
from workflow.models import Deadline, Entry
from workflow.steps import NotOpen, NotYours, begin, take

pytestmark = pytest.mark.django_db
WHY = "Named by the ministry."
ABOVE = (
    "“Secret (ministry)” is above what this system may hold"
    " (Company confidential: named readers)."
    " Do not send it here: hand it to the security officer outside the system."
)
TYPES = (Bill, Contract, Quote, Request, Shipment, Subcontract, TransferReview)


@pytest.fixture
def deal() -> dict[str, Any]:
    """One deal with a case of each type."""
    request = RequestFactory(state="answered")
    contract = ContractFactory(state="in_execution", request=request, furnished=False)
    subcontract = SubcontractFactory(contract=contract, state="awarded")
    return {
        "request": request,
        "contract": contract,
        "review": TransferReviewFactory(state="under_review", request_number=request.number),
        "subcontract": subcontract,
        "quote": QuoteFactory(
            subcontract=SubcontractFactory(contract=contract, state="solicited", furnished=False)
        ),
        "shipment": ShipmentFactory(contract=contract),
        "bill": BillFactory(contract=contract, state="issued", furnished=False),
    }


def seen(who: Any, deal: dict[str, Any]) -> set[str]:
    pks = {
        pk for model in TYPES for pk in model.objects.visible_to(who).values_list("pk", flat=True)
    }
    return {name for name, row in deal.items() if row.pk in pks}


def client_of(who: Any) -> Client:
    client = Client()
    enter(client, who)
    return client


# Who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role",
    ["case_manager", "export_control_officer", "finance_officer", "security_officer", "president"],
)
def test_labelled_deal_is_seen_by_its_handlers_only(role: str, deal: dict[str, Any]) -> None:
    handler, colleague = person(role), person(role)
    before = seen(colleague, deal)
    name_readers(deal["request"], handler)

    assert (seen(handler, deal), seen(colleague, deal)) == (before, set())
    assert "contract" in before


def test_auditor_nation_and_contractor_see_what_they_saw(deal: dict[str, Any]) -> None:
    people = [person("auditor"), person("signatory"), person("contractor_sales")]
    before = [seen(who, deal) for who in people]
    name_readers(deal["request"])

    assert [seen(who, deal) for who in people] == before
    assert all(before)


def test_ministry_sees_a_labelled_review_when_it_is_on_the_list(deal: dict[str, Any]) -> None:
    named, other = person("opinion_giver"), person("opinion_giver")
    name_readers(deal["request"], named)

    assert (seen(named, deal), seen(other, deal)) == ({"review"}, set())


def test_approver_sees_the_file_from_when_it_reaches_them_and_never_the_labelled_case() -> None:
    director, head = person("director"), person("department_head")
    people = [director, head, person("director", unit="finance"), person("case_manager")]
    request = RequestFactory(state="actionable", handling="company_confidential")
    contract = name_readers(ContractFactory(state="under_approval", request=request))
    file = ApprovalFile.objects.get()

    def files() -> list[int]:
        return [ApprovalFile.objects.visible_to(who).count() for who in people]

    before = files()
    take(file, "approve", by=director, opinion="")
    after = files()

    assert (before, after) == ([1, 0, 0, 0], [1, 0, 1, 0])
    assert [Contract.objects.visible_to(who).count() for who in people] == [0, 0, 0, 0]
    assert contract.handling == "company_confidential"


def test_handler_who_was_removed_sees_nothing_from_then_on(deal: dict[str, Any]) -> None:
    manager, officer = person("case_manager"), person("security_officer")
    name_readers(deal["request"], manager)

    handling.remove_handler(deal["contract"], manager, by=officer, reason=WHY)

    assert seen(manager, deal) == set()


def test_gate_refuses_who_may_not_know_of_the_case(deal: dict[str, Any]) -> None:
    outsider, handler = person("case_manager"), person("case_manager")
    request = name_readers(RequestFactory(state="submitted"), handler)

    with pytest.raises(NotYours, match="Your role does not include this step"):
        take(request, "accept_as_actionable", by=outsider)
    take(request, "accept_as_actionable", by=handler)

    assert Request.objects.get(pk=request.pk).state == "actionable"


def test_case_that_follows_has_the_deal_and_the_label_of_the_first() -> None:
    manager = person("case_manager")
    request = name_readers(RequestFactory(state="actionable"), manager)

    contract = take(request, "open_contract", by=manager).opened[0]

    assert (contract.deal_id, contract.handling) == (request.deal_id, "company_confidential")


def test_first_case_begins_a_deal() -> None:
    request = RequestFactory()

    assert request.deal_id == request.pk


def test_who_may_not_know_is_not_told(deal: dict[str, Any]) -> None:
    handler, outsider = person("finance_officer"), person("finance_officer")
    recipients = staff_with(access.Permission.MONEY_RECORD)
    before = set(recipients(deal["contract"]))
    contract = name_readers(deal["contract"], handler)

    assert (before, recipients(contract)) == ({handler, outsider}, [handler])


def test_pages_and_papers_of_a_labelled_deal_are_not_found(deal: dict[str, Any]) -> None:
    request = name_readers(deal["request"])
    client = client_of(person("case_manager"))
    paper = Document.objects.of(request).get()

    found = [
        client.get(reverse("staff:case", args=["requests", request.number])).status_code,
        client.get(reverse("staff:document", args=[paper.pk])).status_code,
        len(client.get("/staff/requests/", {"q": request.number}).context["rows"]),
    ]

    assert found == [404, 404, 0]


def test_list_of_labelled_cases_costs_what_any_list_costs(django_assert_num_queries: Any) -> None:
    manager = person("case_manager")
    client, address = client_of(manager), reverse("staff:list", args=["requests"])
    for _ in range(3):
        name_readers(RequestFactory(state="submitted"), manager)
    client.get(address)

    with django_assert_num_queries(8):
        page = client.get(address)

    assert [row["mark"] for row in page.context["rows"]] == [
        "Company confidential: named readers"
    ] * 3


# Labels --------------------------------------------------------------------------------------


def test_lowest_two_labels_are_everybodys() -> None:
    assert [str(label) for label in Handling if not is_restricted(label)] == [
        "confidentiality_1",
        "confidentiality_2",
    ]


def test_label_above_the_ceiling_is_refused_with_the_remedy(deal: dict[str, Any]) -> None:
    with pytest.raises(NotOpen) as refusal:
        handling.put_under(deal["request"], "secret", by=person("security_officer"), reason=WHY)

    assert str(refusal.value) == ABOVE
    assert Request.objects.get(pk=deal["request"].pk).handling == "confidentiality_2"


def test_ceiling_is_the_deployments(settings: Any) -> None:
    settings.HANDLING_CEILING = "secret"

    assert why_not_here("secret") == ""
    assert why_not_here("designated_secret")


def test_whole_deal_is_raised_together_and_those_who_acted_stay(deal: dict[str, Any]) -> None:
    manager, finance = person("case_manager"), person("finance_officer")
    deal.pop("bill").delete()
    take(deal["contract"], "draft_bill", by=finance, amount=1, due_on=timezone.localdate())

    handling.put_under(deal["contract"], "handle_with_care", by=manager, reason=WHY)

    labels = {type(row).objects.get(pk=row.pk).handling for row in deal.values()}
    entry = Entry.objects.get(event="access_changed")
    assert labels == {"handle_with_care"}
    assert [row.person for row in Handler.objects.all()] == [finance]
    assert (entry.case_number, entry.note, entry.role) == (
        deal["contract"].number,
        WHY,
        "case_manager",
    )
    assert entry.given == {
        "label": "handle_with_care",
        "before": "confidentiality_2",
        "handlers": [finance.official_name],
    }


def test_only_the_security_officer_lowers_a_label(deal: dict[str, Any]) -> None:
    manager = person("case_manager")
    request = name_readers(deal["request"], manager)

    with pytest.raises(NotYours, match="Only the security officer lowers"):
        handling.put_under(request, "confidentiality_2", by=manager, reason=WHY)
    handling.put_under(request, "confidentiality_2", by=person("security_officer"), reason=WHY)

    assert Request.objects.get(pk=request.pk).handling == "confidentiality_2"


@pytest.mark.parametrize("role", ["auditor", "finance_officer", "system_administrator"])
def test_others_do_not_touch_labels_or_lists(role: str, deal: dict[str, Any]) -> None:
    with pytest.raises(NotYours):
        handling.put_under(deal["request"], "protected", by=person(role), reason=WHY)
    with pytest.raises(NotYours):
        handling.add_handler(deal["request"], person("inspector"), by=person(role), reason=WHY)


def test_nobody_adds_themselves_nor_somebody_who_reads_no_case(deal: dict[str, Any]) -> None:
    officer, request = person("security_officer"), name_readers(deal["request"])

    with pytest.raises(NotYours, match="Nobody adds themselves"):
        handling.add_handler(request, officer, by=officer, reason=WHY)
    with pytest.raises(NotOpen, match="roles read no cases"):
        handling.add_handler(request, person("system_administrator"), by=officer, reason=WHY)


def test_taking_off_the_list_who_is_not_on_it_is_no_act(deal: dict[str, Any]) -> None:
    officer, inspector = person("security_officer"), person("inspector")
    request = name_readers(deal["request"], inspector)

    handling.remove_handler(request, person("finance_officer"), by=officer, reason=WHY)
    assert not Entry.objects.filter(event="access_changed").exists()
    handling.remove_handler(request, inspector, by=officer, reason=WHY)

    assert not Handler.objects.now().exists()
    assert Entry.objects.get(event="access_changed").given == {"removed": inspector.official_name}


def test_security_officer_manages_a_list_without_seeing_the_case(deal: dict[str, Any]) -> None:
    officer, inspector = person("security_officer"), person("inspector")
    request = name_readers(deal["request"])
    client = client_of(officer)
    address = reverse("handling", args=["requests", request.number])

    page = client.get(address).content.decode()
    answer = client.post(address, {"act": "add", "add-person": inspector.pk, "add-reason": WHY})

    assert request.end_user not in page
    assert "its content is not shown to you" in page
    assert request.number in client.get("/staff/handling/").content.decode()
    assert (answer.status_code, seen(inspector, deal) >= {"request"}) == (302, True)
    assert client.get(reverse("staff:case", args=["requests", request.number])).status_code == 404


def test_handling_page_refuses_with_the_sentence_and_asks_for_a_reason() -> None:
    request, client = RequestFactory(state="submitted"), client_of(person("case_manager"))
    address = reverse("handling", args=["requests", request.number])

    refused = client.post(address, {"act": "label", "label-label": "secret", "label-reason": WHY})
    silent = client.post(address, {"act": "label", "label-label": "protected"})

    assert (refused.status_code, ABOVE in refused.content.decode()) == (409, True)
    assert silent.status_code == 422
    assert client_of(person("finance_officer")).get(address).status_code == 404
    assert client_of(person("case_manager")).get("/staff/handling/").status_code == 403


# Papers --------------------------------------------------------------------------------------


def letter() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.txt", b"To the agency", content_type="text/plain")


def test_file_above_the_ceiling_is_refused_whoever_hands_it_in() -> None:
    request = RequestFactory(state="draft")

    with pytest.raises(ValidationError, match="above what this system may hold"):
        uploads.receive(
            request, letter(), kind="note", title="N", by=person("requester"), label="secret"
        )


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("secret", ABOVE),
        (
            "company_confidential",
            (
                "The file is marked higher than the case (Confidentiality 2: for official use)."
                " Ask the agency first."
            ),
        ),
    ],
)
def test_form_names_the_remedy_for_a_marked_file(label: str, sentence: str) -> None:
    form = AttachLetter({"handling": label}, case=RequestFactory(), person=person("requester"))

    assert form.errors["handling"] == [sentence]


def test_paper_carries_its_own_label_or_that_of_the_case() -> None:
    request = name_readers(RequestFactory(state="draft"))
    by = person("requester")

    own = uploads.receive(request, letter(), kind="a", title="A", by=by, label="confidentiality_1")
    inherited = uploads.receive(request, letter(), kind="b", title="B", by=by)

    assert (own.handling, inherited.handling) == ("confidentiality_1", "company_confidential")


def test_paper_that_names_its_readers_stays_theirs_when_the_case_is_for_everybody() -> None:
    handler, colleague, auditor = person("case_manager"), person("case_manager"), person("auditor")
    request = name_readers(RequestFactory(state="submitted"), handler)
    kept = uploads.receive(request, letter(), kind="a", title="Costs of the firm", by=handler)
    opened = uploads.receive(
        request, letter(), kind="b", title="Letter", by=handler, label="confidentiality_1"
    )
    name_readers(request, label="confidentiality_2")

    def reads(who: Any) -> list[int]:
        page = client_of(who).get(reverse("staff:case", args=["requests", request.number]))
        assert ("Costs of the firm" in page.content.decode()) is (who != colleague)
        return [
            client_of(who).get(reverse("staff:document", args=[one.pk])).status_code
            for one in (kept, opened)
        ]

    assert [reads(who) for who in (handler, colleague, auditor)] == [
        [200, 200],
        [404, 200],
        [200, 200],
    ]


def test_banner_of_a_case_page_is_the_label_of_the_case() -> None:
    manager = person("case_manager")
    request = name_readers(RequestFactory(state="submitted"), manager)

    page = client_of(manager).get(reverse("staff:case", args=["requests", request.number]))

    assert page.context["handling_label"] == "Company confidential: named readers"


def test_paper_shows_the_label_above_and_below_each_page() -> None:
    contract = name_readers(ContractFactory(state="offered"))

    html = papers.offer.html(contract, timezone.now())

    assert html.count("企業秘密（取扱者限定） / Company confidential: named readers</div>") == 2


@pytest.mark.parametrize("address", ["/staff/roles/", "/staff/emergencies/", "/staff/handling/"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_on_rights_are_shown_in_both_languages(address: str, language: str) -> None:
    client = client_of(person("security_officer", language=language))

    assert client.get(address).headers["Content-Language"] == language
    assert client.get(address).status_code == 200


# Reading -------------------------------------------------------------------------------------


def reads() -> list[tuple[str, str]]:
    rows = Entry.objects.filter(event="record_read").order_by("id")
    return list(rows.values_list("case_number", "role"))


def test_each_reading_of_a_labelled_case_is_in_the_trail() -> None:
    manager, signatory = person("case_manager"), person("signatory")
    plain = RequestFactory(state="submitted")
    request = name_readers(RequestFactory(state="submitted"), manager)

    for _ in range(2):
        client_of(manager).get(reverse("staff:case", args=["requests", request.number]))
    client_of(signatory).get(reverse("partner:case", args=["requests", request.number]))
    client_of(manager).get(reverse("staff:case", args=["requests", plain.number]))

    assert reads() == [
        (request.number, "case_manager"),
        (request.number, "case_manager"),
        (request.number, "signatory"),
    ]


# Emergency access ----------------------------------------------------------------------------


def ask(who: Any, case: Any) -> EmergencyAccess:
    given = {"number": case.number, "reason": "A call at night", "target": case, "asker": who}
    return begin(EmergencyAccess.ask, by=who, **given).case


@time_machine.travel("2026-11-22T12:00:00+09:00", tick=False)
def test_emergency_shows_one_case_for_an_hour_and_no_step(deal: dict[str, Any]) -> None:
    manager = person("case_manager")
    name_readers(deal["request"])

    opened = ask(manager, deal["contract"])

    assert opened.expires_at == timezone.now() + timedelta(minutes=60)
    assert seen(manager, deal) == {"contract"}
    with pytest.raises(NotYours):
        take(deal["contract"], "record_delivery", by=manager)
    with time_machine.travel(timezone.now() + timedelta(minutes=60), tick=False):
        assert seen(manager, deal) == set()


def test_emergency_ends_at_once_by_its_button(deal: dict[str, Any]) -> None:
    manager = person("case_manager")
    name_readers(deal["request"])
    opened = ask(manager, deal["contract"])

    with pytest.raises(NotYours, match="Only whoever asked"):
        take(opened, "end", by=person("case_manager"))
    take(opened, "end", by=manager)

    assert seen(manager, deal) == set()


def test_emergency_is_told_at_once_without_the_content(deal: dict[str, Any]) -> None:
    auditor, officer, other = person("auditor"), person("security_officer"), person("inspector")
    contract = name_readers(deal["contract"])

    opened = ask(person("case_manager", family_name="Sato", given_name="Ken"), contract)
    follow_ups.run_entry(opened.trail.get().pk)

    letters = {message.recipient: message.body_text for message in Message.objects.all()}
    assert set(letters) == {auditor, officer}
    assert other not in letters
    assert all("SATO Ken has opened a case" in text for text in letters.values())
    assert all(contract.title not in text for text in letters.values())
    assert Deadline.objects.get(step="run_out").due_at == opened.expires_at


def test_emergency_runs_out_by_itself(deal: dict[str, Any]) -> None:
    name_readers(deal["request"])
    opened = ask(person("case_manager"), deal["contract"])
    follow_ups.run_entry(opened.trail.get().pk)
    later = opened.expires_at + timedelta(seconds=1)

    with time_machine.travel(later, tick=False):
        assert deadlines.keep(later) == 1

    assert EmergencyAccess.objects.get().state == "ended"


def test_trail_of_the_case_shows_who_opened_it_and_why(deal: dict[str, Any]) -> None:
    contract = name_readers(deal["contract"])

    opened = ask(person("case_manager"), contract)

    entry = Entry.objects.get(event="access_opened")
    assert (entry.case_number, entry.note, entry.subject) == (
        contract.number,
        "A call at night",
        f"partners.emergencyaccess:{opened.number}",
    )


def test_emergency_is_asked_for_on_a_page_and_shown_while_it_lasts(deal: dict[str, Any]) -> None:
    contract = name_readers(deal["contract"])
    client = client_of(person("case_manager"))
    address = reverse("staff:begin", args=["emergencies", "ask"])

    asked = client.post(address, {"number": contract.number, "reason": "A call at night"})
    page = client.get(reverse("staff:case", args=["contracts", contract.number]))

    assert asked.status_code == 302
    assert page.status_code == 200
    assert "data-until=" in page.content.decode()
    assert reads() == [(contract.number, "case_manager")]


@pytest.mark.parametrize("number", ["plain", "JP-PH-26-R9999"])
def test_emergency_is_for_a_case_that_is_hidden(number: str) -> None:
    plain = RequestFactory(state="submitted")
    client = client_of(person("case_manager"))

    answer = client.post(
        reverse("staff:begin", args=["emergencies", "ask"]),
        {"number": plain.number if number == "plain" else number, "reason": "x"},
    )

    assert answer.status_code == 422
    assert "There is no such case, or you may see it already." in answer.content.decode()


@pytest.mark.parametrize("role", ["system_administrator", "opinion_giver"])
def test_emergency_is_for_those_whose_role_reads_cases(role: str, deal: dict[str, Any]) -> None:
    contract = name_readers(deal["contract"])

    with pytest.raises(NotYours):
        ask(person(role), contract)


def test_everybody_asks_for_themselves(deal: dict[str, Any]) -> None:
    contract = name_readers(deal["contract"])
    given = {"number": contract.number, "reason": "x", "target": contract}

    with pytest.raises(NotYours, match="asks for themselves"):
        begin(EmergencyAccess.ask, by=person("case_manager"), asker=person("case_manager"), **given)


def test_security_officer_reviews_what_somebody_else_asked_for(deal: dict[str, Any]) -> None:
    officer, asker = person("security_officer"), person("security_officer")
    name_readers(deal["request"])
    opened = ask(asker, deal["contract"])
    take(opened, "end", by=asker)

    with pytest.raises(NotYours, match="asking for the emergency access"):
        take(opened, "review", by=asker, finding="Fine.")
    take(opened, "review", by=officer, finding="It was needed.")

    row = EmergencyAccess.objects.get()
    assert (row.state, row.review_note) == ("reviewed", "It was needed.")


def test_emergencies_are_seen_by_those_who_watch_and_by_whoever_asked() -> None:
    asker = person("case_manager")
    EmergencyAccessFactory(person=asker)
    roles = ["security_officer", "auditor", "case_manager", "system_administrator", "requester"]

    counts = [EmergencyAccess.objects.visible_to(person(role)).count() for role in roles]

    assert counts == [1, 1, 0, 0, 0]
    assert EmergencyAccess.objects.visible_to(asker).count() == 1
