"""The decision cockpit: queues, agreeing to several at once, what a step would set off, absences, numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals import queues
from approvals.models import ApprovalFile, ApprovalRoute, Sight, Signature
from cases.models import Contract
from cases.papers import offer
from documents.models import Document, DocumentNumber
from notifications.models import Message
from partners.models import Absence, Person
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.factories import BillFactory, ContractFactory, TransferReviewFactory, person, today
from tests.people import enter
from workflow.models import Entry, FollowUp
from workflow.steps import take

pytestmark = pytest.mark.django_db
NOTHING = {"opinion": "", "resolution": ""}


@pytest.fixture
def file() -> ApprovalFile:
    return put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))


def as_(who: Person) -> Client:
    return enter(Client(), Person.objects.get(pk=who.pk))


def decided(file: ApprovalFile) -> ApprovalFile:
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), **NOTHING)
    return fresh(file)


def numbers(rows: Any) -> list[str]:
    return [row.number for row in rows]


# Queues --------------------------------------------------------------------------------------


def test_queues_say_whose_turn_it_is(file: ApprovalFile) -> None:
    drafter = Person.objects.get(pk=file.prepared_by)
    director, head = post("cases", "director"), post("cases", "department_head")

    found = {
        name: [numbers(rows_of(who)) for who in (drafter, director, head)]
        for name, (_label, rows_of) in queues.QUEUES.items()
    }

    mine = [file.number]
    assert found == {
        "mine": [[], mine, []],
        "unit": [[], mine, mine],
        "others": [mine, [], []],
        "read": [[], [], []],
        "decided": [[], [], []],
    }


def test_file_moves_from_queue_to_queue(file: ApprovalFile) -> None:
    director, head = post("cases", "director"), post("cases", "department_head")

    decided(file)

    assert numbers(queues.mine(director)) == []
    assert numbers(queues.decided_by(head)) == [file.number]
    assert numbers(queues.with_others(director)) == []


def test_file_of_who_is_away_stands_in_the_deputys_queue(file: ApprovalFile) -> None:
    head, deputy = post("cases", "department_head"), person("department_head", unit="contracts")
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    Absence.objects.create(
        person=head,
        first_day=today(),
        last_day=today(),
        deputy=deputy,
        reason="Leave.",
        registered_by=head,
    )

    assert numbers(queues.mine(deputy)) == [file.number]


def test_oldest_files_come_first_then_the_dearest() -> None:
    manager = person("case_manager")
    files = [put_forward(ContractFactory(state="draft", is_priced=True), manager) for _ in range(3)]
    ApprovalFile._base_manager.filter(pk=files[2].pk).update(amount=9_000_000)
    same = files[1].steps.get(position=1).arrived_at
    files[2].steps.filter(position=1).update(arrived_at=same)

    found = numbers(queues.mine(post("cases", "director")))

    assert found == [files[0].number, files[2].number, files[1].number]


@pytest.mark.parametrize("name", list(queues.QUEUES))
def test_queue_of_three_asks_as_often_as_a_queue_of_one(
    name: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    manager = person("case_manager")
    put_forward(ContractFactory(state="draft", is_priced=True), manager)
    client = as_(post("cases", "director"))
    address = f"{reverse('cockpit')}?queue={name}"
    client.get(address)
    with django_assert_max_num_queries(45) as one:
        client.get(address)
    for _ in range(2):
        put_forward(ContractFactory(state="draft", is_priced=True), manager)

    with django_assert_max_num_queries(45) as three:
        assert client.get(address).status_code == 200

    assert len(three) == len(one)


def test_queue_that_is_none_is_not_found() -> None:
    assert as_(person("director")).get(f"{reverse('cockpit')}?queue=x").status_code == 404


# Several at once -----------------------------------------------------------------------------


@pytest.fixture
def waiting() -> list[ApprovalFile]:
    """Two files that wait for the units; the route lets them agree to several at once."""
    rows = ApprovalRoute._base_manager.filter(matter="foreign_offer")
    rows.update(bulk_concurrence=True)
    manager, files = person("case_manager"), []
    for _ in range(2):
        file = put_forward(ContractFactory(state="draft", is_priced=True), manager)
        take(file, "approve", by=post("cases", "director"), opinion="")
        files.append(file)
    return files


def test_unit_agrees_to_several_files_at_once(waiting: list[ApprovalFile]) -> None:
    client = as_(post("legal", "director"))
    page = client.get(reverse("cockpit")).content.decode()
    assert page.count('name="file"') == 2

    answer = client.post(
        reverse("agree_to_several"), {"file": [file.number for file in waiting]}, follow=True
    )

    assert "Agreed. Files: 2" in answer.content.decode()
    assert Signature.objects.filter(unit="legal").count() == 2


@pytest.mark.parametrize(("unit", "rank"), [("cases", "department_head"), ("planning", "director")])
def test_nobody_else_agrees_to_several(waiting: list[ApprovalFile], unit: str, rank: str) -> None:
    client = as_(post(unit, rank))

    client.post(reverse("agree_to_several"), {"file": [file.number for file in waiting]})

    assert not Signature.objects.filter(kind="concurrence").exists()


def test_several_are_agreed_to_only_where_the_route_allows_it(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")
    client = as_(post("legal", "director"))

    client.post(reverse("agree_to_several"), {"file": [file.number]})

    assert not Signature.objects.filter(unit="legal").exists()


def test_who_has_not_proved_who_they_are_is_asked_first(waiting: list[ApprovalFile]) -> None:
    client = as_(post("legal", "director"))
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()

    answer = client.post(
        reverse("agree_to_several"), {"file": [waiting[0].number]}, follow=True
    ).content.decode()

    assert "Confirm who you are first" in answer
    assert reverse("prove_for_several") in answer
    assert not Signature.objects.filter(unit="legal").exists()


# The page of a file --------------------------------------------------------------------------


def test_page_tells_what_has_changed_since_one_last_saw_it(file: ApprovalFile) -> None:
    director = post("cases", "director")
    client, address = as_(director), f"/staff/approvals/{file.number}/"
    assert "since you last saw it" not in client.get(address).content.decode()
    contract, drafter = Contract.objects.get(), Person.objects.get(pk=file.prepared_by)
    contract.subcontracts.get().quotes.get().lines.filter(number=1).update(unit_price=1_100_000)
    take(contract, "price", by=drafter)
    run_follow_ups()
    take(Contract.objects.get(), "put_to_approval", by=drafter)
    run_follow_ups()
    take(file, "put_forward", by=drafter)

    page = client.get(address).content.decode()

    assert "since you last saw it" in page
    assert "<del>1,000,000</del>" in page
    assert "<ins>1,100,000</ins>" in page
    assert Sight.objects.get(actor_id=director.actor_id).revision == 2
    assert "since you last saw it" not in client.get(address).content.decode()


def test_page_of_a_decided_file_tells_what_the_decision_has_led_to(file: ApprovalFile) -> None:
    decided(file)
    run_follow_ups()

    page = as_(post("cases", "department_head")).get(f"/staff/approvals/{file.number}/")

    told = page.content.decode()
    assert "What the decision has led to" in told
    assert "Approval file" in told


@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_before_it_is_put_forward_shows_where_it_would_go(language: str) -> None:
    manager = person("case_manager", language=language)
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()
    head = post("cases", "department_head")

    page = as_(manager).get(f"/staff/approvals/{ApprovalFile.objects.get().number}/")

    assert str(head) in page.content.decode()


# What a step would set off -------------------------------------------------------------------


def test_rehearsal_tells_what_follows_and_leaves_no_trace(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    counts = [model.objects.count() for model in (Entry, FollowUp, Signature, Document, Message)]

    page = as_(post("cases", "department_head")).get(
        reverse("foresee", args=[file.number, "decide"])
    )

    told = page.content.decode()
    assert f"{file.number}: Decide" in told
    assert f"{file.number}: Approval file" in told
    assert "A file was decided" in told
    after = [model.objects.count() for model in (Entry, FollowUp, Signature, Document, Message)]
    assert after == counts
    assert fresh(file).state == "awaiting_decision"


def test_rehearsal_tells_the_refusal(file: ApprovalFile) -> None:
    page = as_(post("cases", "department_head")).get(
        reverse("foresee", args=[file.number, "decide"])
    )

    assert "The file is not with you now." in page.content.decode()


@pytest.mark.parametrize("name", ["withdraw", "nothing"])
def test_other_steps_are_not_rehearsed(file: ApprovalFile, name: str) -> None:
    client = as_(post("cases", "director"))

    assert client.get(reverse("foresee", args=[file.number, name])).status_code == 404


# Absences ------------------------------------------------------------------------------------


def absence_typed(who: Person, deputy: Person | None = None) -> dict[str, Any]:
    return {
        "who": who.pk,
        "first_day": today().isoformat(),
        "last_day": (today() + timedelta(days=2)).isoformat(),
        "deputy": deputy.pk if deputy else "",
        "reason": "Leave.",
    }


def test_absence_is_entered_and_withdrawn_and_told_in_the_trail() -> None:
    head, deputy = post("cases", "department_head"), person("department_head", unit="contracts")
    client = as_(head)

    entered = client.post(reverse("absences"), absence_typed(head, deputy))
    row = Absence.objects.get()
    withdrawn = client.post(reverse("withdraw_absence", args=[row.pk]), {"reason": "Back."})

    assert (entered.status_code, withdrawn.status_code) == (302, 302)
    assert Absence.objects.get().withdrawn_at is not None
    lines = Entry.objects.filter(event=Entry.Event.ABSENCE_CHANGED).order_by("pk")
    assert [(line.given["absence"], line.note) for line in lines] == [
        ("entered", "Leave."),
        ("withdrawn", "Back."),
    ]
    again = client.post(
        reverse("withdraw_absence", args=[row.pk]), {"reason": "Again."}, follow=True
    )
    assert "This is so already." in again.content.decode()


def test_nobody_enters_the_absence_of_another_but_the_administrator_does() -> None:
    head, colleague = post("cases", "department_head"), person("case_manager")

    refused = as_(colleague).post(reverse("absences"), absence_typed(head))
    entered = as_(person("system_administrator")).post(reverse("absences"), absence_typed(head))

    assert (refused.status_code, entered.status_code) == (422, 302)
    row = Absence.objects.get()
    answer = as_(colleague).post(
        reverse("withdraw_absence", args=[row.pk]), {"reason": "No."}, follow=True
    )
    assert "Everybody enters their own absence" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"last_day": "2020-01-01"}, "The last day cannot be before the first."),
        ({"first_day": "2020-01-01", "last_day": "2020-01-02"}, "This has passed already"),
        ({"reason": ""}, "This is needed"),
    ],
)
def test_absence_that_makes_no_sense_is_named(changes: dict[str, str], why: str) -> None:
    head = post("cases", "department_head")

    answer = as_(head).post(reverse("absences"), absence_typed(head) | changes)

    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_two_absences_at_once_are_refused() -> None:
    client = as_(head := post("cases", "department_head"))
    client.post(reverse("absences"), absence_typed(head))

    answer = client.post(reverse("absences"), absence_typed(head))

    assert answer.status_code == 409
    assert "is entered already" in answer.content.decode()


def test_reason_is_needed_to_withdraw() -> None:
    client = as_(head := post("cases", "department_head"))
    client.post(reverse("absences"), absence_typed(head))

    answer = client.post(
        reverse("withdraw_absence", args=[Absence.objects.get().pk]), {}, follow=True
    )

    assert "Say why, then withdraw it." in answer.content.decode()


# Where it would go ---------------------------------------------------------------------------


def test_preview_names_posts_holders_and_why() -> None:
    head = post("contracts", "department_head")
    asked = {"matter": "subcontract_award", "amount": "10000000000", "on": "2026-11-22"}

    page = as_(person("case_manager")).get(reverse("route_preview"), asked).content.decode()

    assert "Department head, Contracts" in page
    assert str(head) in page
    assert "nobody holds this post today" in page
    assert "The competent ministry is consulted before the decision." in page
    assert "¥10,000,000,000 reaches the row from ¥10,000,000,000 on." in page


def test_preview_says_where_nobody_decides() -> None:
    asked = {"matter": "foreign_offer", "amount": "1"}

    page = as_(person("case_manager")).get(reverse("route_preview"), asked).content.decode()

    assert "Nobody decides on this" in page


def test_preview_asks_for_what_is_missing() -> None:
    page = as_(person("case_manager")).get(reverse("route_preview"), {"amount": "-1"})

    assert page.status_code == 200
    assert "error" in page.content.decode()


# Document numbers ----------------------------------------------------------------------------


@pytest.fixture
def number(file: ApprovalFile) -> DocumentNumber:
    decided(file)
    take(Contract.objects.get(), "send_offer", by=person("case_manager"), expires_on=today())
    return DocumentNumber.objects.get()


def test_number_is_declared_void_and_stays_in_the_ledger(number: DocumentNumber) -> None:
    client = as_(person("contract_officer"))

    answer = client.post(
        reverse("void_number", args=[number.pk]), {"reason": "Sent by mistake."}, follow=True
    )

    page = answer.content.decode()
    assert "輸政第1号" in page
    assert "Sent by mistake." in page
    line = Entry.objects.get(event=Entry.Event.NUMBER_VOIDED)
    assert (line.note, line.given["number"]) == ("Sent by mistake.", "輸政第1号")
    again = client.post(reverse("void_number", args=[number.pk]), {"reason": "Again."})
    assert (again.status_code, DocumentNumber.objects.count()) == (409, 1)


def test_number_is_voided_with_a_reason(number: DocumentNumber) -> None:
    client = as_(person("contract_officer"))

    assert client.get(reverse("void_number", args=[number.pk])).status_code == 200
    assert client.post(reverse("void_number", args=[number.pk]), {}).status_code == 422


def test_others_read_the_ledger_and_void_nothing(number: DocumentNumber) -> None:
    client = as_(person("inspector"))

    page = client.get(reverse("document_numbers")).content.decode()

    assert "輸政第1号" in page
    assert reverse("void_number", args=[number.pk]) not in page
    assert client.get(reverse("void_number", args=[number.pk])).status_code == 403


def test_labelled_number_is_the_auditors_to_read(number: DocumentNumber) -> None:
    DocumentNumber.objects.update(handling="company_confidential")

    pages = [
        as_(person(role)).get(reverse("document_numbers")).content.decode()
        for role in ("inspector", "auditor", "system_administrator")
    ]

    assert ["輸政第1号" in page for page in pages] == [False, True, False]


def test_paper_that_goes_out_bears_its_number(number: DocumentNumber) -> None:
    contract = Contract.objects.get()

    page = offer.html(contract, contract.offered_at)

    assert "輸政第1号" in page
    assert "JFMSA-" in page


# On the page of the case ---------------------------------------------------------------------


def page_of(case: Any, who: Person) -> Any:
    return as_(who).get(reverse("staff:case", args=[case.slug(), case.number]))


def test_page_of_the_case_shows_who_has_its_file_and_since_when(file: ApprovalFile) -> None:
    manager, director = person("case_manager"), post("cases", "director")

    (shown,) = page_of(Contract.objects.get(), manager).context["approvals"]
    since = fresh(file).way[0].arrived_at
    take(file, "return_to_drafter", by=director, reason="Again.")
    page = page_of(Contract.objects.get(), manager)

    assert shown["with"] == [
        {
            "post": "Director, Case Management",
            "names": str(director),
            "since": since,
        }
    ]
    (returned,) = page.context["approvals"]
    assert (returned["with"], returned["with_drafter"]) == ([], True)
    assert f"with the drafter: {file.prepared_by_name}" in page.content.decode()


@pytest.mark.parametrize(
    ("factory", "state"),
    [(BillFactory, "under_approval"), (TransferReviewFactory, "under_review")],
)
def test_bill_and_review_show_their_file(factory: Any, state: str) -> None:
    case = factory(state=state, furnished__approval="in_circulation")
    number = ApprovalFile.objects.get(subject_id=case.pk).number

    assert number in page_of(case, person("export_control_officer")).content.decode()


def test_page_of_a_case_with_two_files_asks_as_often(
    file: ApprovalFile, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    manager, case = person("case_manager"), Contract.objects.get()
    page_of(case, manager)
    with django_assert_max_num_queries(60) as one:
        page_of(case, manager)
    bill = BillFactory(state="under_approval", furnished__approval="in_circulation")
    ApprovalFile._base_manager.filter(pk=file.pk).update(state="kept", decided_at=file.sealed_at)
    ApprovalFile._base_manager.filter(subject_id=bill.pk).update(
        subject_id=case.pk, subject_kind="cases.contract", matter=file.matter
    )

    with django_assert_max_num_queries(60) as two:
        assert len(page_of(case, manager).context["approvals"]) == 2

    assert len(two) == len(one)


# The whole file ------------------------------------------------------------------------------


def test_whole_file_is_handed_out_and_written_down(file: ApprovalFile) -> None:
    run_follow_ups()
    auditor = person("auditor")

    answer = as_(auditor).get(reverse("whole_file", args=[file.number]))

    data = b"".join(answer.streaming_content)
    line = Entry.objects.get(event="paper_read")
    assert data.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="{file.number}.pdf"'
    assert (line.actor_id, line.role, line.case_number) == (
        auditor.actor_id,
        "auditor",
        file.number,
    )
    assert line.subject == f"documents.volume:{file.pk}"
    assert line.given == {"papers": [Document.objects.of(file).get().sha256]}
    assert line.digest == sha256(data).hexdigest()
    page = as_(auditor).get(reverse("staff:trail")).content.decode()
    assert "The whole file as one PDF" in page


def test_whole_file_of_others_is_not_found(file: ApprovalFile) -> None:
    answer = as_(person("system_administrator")).get(reverse("whole_file", args=[file.number]))

    assert answer.status_code == 404
    assert not Entry.objects.filter(event="paper_read").exists()


def test_pages_lead_to_the_whole_file(file: ApprovalFile) -> None:
    client, address = as_(post("cases", "director")), reverse("whole_file", args=[file.number])

    for page in (reverse("cockpit"), reverse("staff:case", args=["approvals", file.number])):
        assert address in client.get(page).content.decode()
