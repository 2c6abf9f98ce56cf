"""What else a file's room does: attachments, words of fields, tasks, cases that are not in yen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from approvals import forecast, tasks, words
from approvals.files import has_route
from approvals.models import ApprovalFile, ApprovalRoute
from cases.matters import OFFER
from cases.models import Contract
from documents.models import Document
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.documents import files
from tests.factories import ContractFactory, person, today
from tests.people import enter
from workflow.deadlines import readings_of
from workflow.steps import NotOpen, take

pytestmark = pytest.mark.django_db


def a_file() -> ApprovalFile:
    return put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))


def test_attachment_is_kept_with_the_file_and_sealed_with_it() -> None:
    manager = person("case_manager")
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()
    file = ApprovalFile.objects.get()
    paper = SimpleUploadedFile("survey.pdf", files.pdf(), content_type="application/pdf")

    take(file, "attach", by=manager, attachment=paper, title="Survey")

    kept = Document.objects.get(kind="approval_attachment")
    assert (kept.title, kept.case_number) == ("Survey", file.number)
    assert fresh(file).cover()["attachments"] == [kept.sha256]


def test_cover_sheet_is_rewritten_by_its_drafter_on_the_page() -> None:
    manager = person("case_manager")
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()
    file = ApprovalFile.objects.get()
    typed = {"title": "Radars", "purpose": "Send it.", "background": "Asked.", "options": "None."}

    answer = enter(Client(), manager).post(
        f"/staff/approvals/{file.number}/steps/write_cover/", typed
    )

    assert answer.status_code == 303
    assert (fresh(file).title, fresh(file).options) == ("Radars", "None.")


def test_steps_to_go_back_to_are_those_that_were_signed() -> None:
    file = a_file()
    take(file, "approve", by=post("cases", "director"), opinion="")
    legal = post("legal", "director")

    page = enter(Client(), legal).get(f"/staff/approvals/{file.number}/").content.decode()

    assert f"1. Director, Case Management: {post('cases', 'director').official_name}" in page
    with pytest.raises(NotOpen, match="Nobody has acted there yet"):
        take(file, "return_to_step", by=legal, to=6, reason="Look.")


def test_decision_form_asks_for_an_answer_where_a_unit_disagrees() -> None:
    file = a_file()
    take(file, "approve", by=post("cases", "director"), opinion="")
    take(file, "disagree", by=post("legal", "director"), opinion="No.")
    concur(file)
    client = enter(Client(), post("cases", "department_head"))
    address = f"/staff/approvals/{file.number}/steps/decide/"

    silent = client.post(address, {"opinion": "", "resolution": ""})
    answered = client.post(address, {"opinion": "", "resolution": "Weighed."})

    assert (silent.status_code, answered.status_code) == (422, 303)


def test_case_that_is_not_in_yen_has_no_route() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    contract.currency = "USD"

    assert has_route(OFFER)(contract) == "Approval routes are in yen. Price this case in yen."


def test_amount_without_a_route_is_refused_before_a_file_is_drafted() -> None:
    ApprovalRoute._base_manager.filter(matter="foreign_offer").update(
        valid_to=today() - timedelta(days=1)
    )

    with pytest.raises(NotOpen, match="No route for foreign_offer is in force"):
        take(
            ContractFactory(state="draft", is_priced=True),
            "put_to_approval",
            by=person("case_manager"),
        )


def test_offer_waits_for_a_file_that_was_not_put_forward() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    take(contract, "put_to_approval", by=person("case_manager"))
    run_follow_ups()

    with pytest.raises(NotOpen, match="the drafter has to put the approval file forward"):
        take(Contract.objects.get(), "send_offer", by=person("case_manager"), expires_on=today())


def test_task_looks_after_files() -> None:
    file = a_file()
    Contract.objects.get().lines.filter(number=2).update(quantity=2)

    tasks.look_after_files(later="anything")

    assert fresh(file).state == "returned"


def test_forecast_names_who_has_the_file() -> None:
    file = a_file()
    (reading,) = readings_of(file)

    found = forecast.of(file, reading)

    assert found is not None
    assert found.blocker == "Director, Case Management"
    assert found.day > today()
    assert forecast.of(file, None) is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("lines.2.unit_price", "line 2: unit price"),
        ("prices.3", "line 3: unit price"),
        ("papers.offer", "the paper to be issued"),
        ("price.total", "total"),
        ("unheard", "unheard"),
    ],
)
def test_field_is_called_by_its_name(path: str, name: str) -> None:
    assert words.field(path) == name


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        (["a", 2], "a, 2"),
        ([], "–"),
        ("1000000.00", "1,000,000"),
        (7, "7"),
    ],
)
def test_value_is_shown_as_people_write_it(value: object, shown: str) -> None:
    assert words.value(value) == shown


def test_unknown_section_keeps_its_own_name() -> None:
    with override("ja"):
        assert (words.section("lines"), words.section("other")) == ("明細", "other")
