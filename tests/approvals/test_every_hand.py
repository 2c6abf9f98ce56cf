"""The rarer acts: examination, circulation, an absence that is registered all the same, a label that is raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from approvals import files, forms, going, looking_after, notices, papers, rules, words
from approvals.models import ApprovalFile, ApprovalRoute, Conflict, Sight, Signature, WayStep
from cases.matters import OFFER
from cases.models import Contract
from documents.models import DocumentNumber
from partners import absences, handling, need_to_know
from partners.models import Person
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.factories import AbsenceFactory, ContractFactory, person, today
from workflow.forms import form_for
from workflow.models import Entry
from workflow.rights import SYSTEM
from workflow.steps import Act, NoSuchStep, NotOpen, steps_of, take

pytestmark = pytest.mark.django_db
DECIDED = {"opinion": "", "resolution": ""}
LINE = {"kind": "line", "unit": "cases", "rank": "director", "group": 1}
EXAMINED = {"kind": "examination", "unit": "legal", "rank": "director", "group": 2}
DECISION = {"kind": "decision", "unit": "cases", "rank": "department_head", "group": 3}
READ = {"kind": "circulation", "unit": "audit", "rank": "executive_director", "group": 4}


@pytest.fixture
def manager() -> Person:
    return person("case_manager")


def offers_go(*steps: dict[str, Any], **columns: Any) -> None:
    rows = ApprovalRoute._base_manager.filter(matter="foreign_offer", from_amount=5_000_000)
    rows.update(steps=list(steps), **columns)


def offer(drafter: Person) -> ApprovalFile:
    return put_forward(ContractFactory(state="draft", is_priced=True), drafter)


def heard(file: ApprovalFile) -> ApprovalFile:
    """The director and the units have signed: the decision is next."""
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    return fresh(file)


def standings(file: ApprovalFile) -> list[str]:
    return [step.standing for step in fresh(file).way]


# Examined, decided, read ---------------------------------------------------------------------


def test_file_is_examined_decided_and_read(manager: Person) -> None:
    offers_go(LINE, EXAMINED, DECISION, READ)
    file, auditor = offer(manager), person("auditor", unit="audit")
    take(file, "approve", by=post("cases", "director"), opinion="")

    take(file, "examine", by=post("legal", "director"), finding="In order.")
    take(file, "decide", by=post("cases", "department_head"), **DECIDED)
    take(file, "read", by=auditor)

    assert standings(file) == ["approved", "approved", "approved", "read"]
    assert fresh(file).way[-1].holder_name == auditor.official_name
    assert rules.circulated_to.seat(person("auditor"), fresh(file)) is None


def test_answer_of_the_ministry_is_recorded_before_the_decision(manager: Person) -> None:
    offers_go(LINE, DECISION, consult_ministry=True)
    file = offer(manager)
    take(file, "approve", by=post("cases", "director"), opinion="")

    take(file, "record_consultation", by=manager, answer="METI agrees (letter 7).")

    act = take(file, "decide", by=post("cases", "department_head"), **DECIDED)
    assert act.case.consulted == "METI agrees (letter 7)."


def test_return_to_a_later_step_keeps_what_was_signed_before_it(manager: Person) -> None:
    file = heard(offer(manager))

    take(file, "return_to_step", by=post("cases", "department_head"), to=2, reason="The price.")

    assert standings(file)[:3] == ["approved", "arrived", "arrived"]


def test_after_a_new_revision_everybody_acts_again_but_the_drafter(manager: Person) -> None:
    file, director = offer(manager), post("cases", "director")
    take(file, "return_to_drafter", by=director, reason="Name the law.")
    run_follow_ups()
    take(Contract.objects.get(), "put_to_approval", by=manager)
    run_follow_ups()
    take(file, "put_forward", by=manager)

    take(file, "approve", by=director, opinion="")

    assert Signature.objects.get().revision == 2
    assert rules.in_line.seats(SYSTEM, fresh(file)) == []


def test_word_of_somebody_on_another_side_of_the_duty_is_undone(
    manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = offer(manager)
    monkeypatch.setattr(going.duties, "bind", lambda *_about: "You stand on the other side.")

    with pytest.raises(NotOpen, match="You stand on the other side"):
        take(file, "approve", by=post("cases", "director"), opinion="")

    assert not Signature.objects.exists()


def test_what_takes_effect_with_the_decision_is_booked_with_it(
    manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked: list[tuple[str, str]] = []
    matter = replace(
        OFFER,
        decided=lambda act: booked.append(("decided", act.entry.step)),
        given_up=lambda act: booked.append(("given up", act.entry.step)),
    )
    monkeypatch.setattr(Contract, "matters", (matter,))
    take(heard(offer(manager)), "decide", by=post("cases", "department_head"), **DECIDED)
    take(offer(manager), "withdraw", by=manager, reason="The nation waits.")

    assert booked == [("decided", "decide"), ("given up", "withdraw")]


def test_issue_is_taken_by_the_step_that_carries_the_decision_out_and_at_no_door(
    manager: Person,
) -> None:
    file = heard(offer(manager))
    take(file, "decide", by=post("cases", "department_head"), **DECIDED)

    with pytest.raises(NoSuchStep):
        take(file, "issue", by=manager, document_number="輸政第1号")


def test_what_needs_no_approval_goes_out_under_a_number_and_its_sender_decides() -> None:
    contract, sender = ContractFactory(state="draft", is_priced=True), person("case_manager")

    files.issues(OFFER, to=lambda case: "Manila")(Act(contract, Entry(), sender, {}))

    assert DocumentNumber.objects.get().decider == sender.official_name


# Whoever is away -----------------------------------------------------------------------------


def test_who_is_entered_as_absent_signs_all_the_same_and_it_is_seen(manager: Person) -> None:
    file, director = offer(manager), post("cases", "director")
    AbsenceFactory(person=director, deputy=person("director", unit="planning"))
    last = today()

    form = form_for(file, steps_of(ApprovalFile)["approve"], director)
    act = take(file, "approve", by=director, opinion="")

    assert isinstance(form, forms.Signing)
    assert form.remark.startswith("You are entered as absent until")
    assert act.entry.given["entered as absent until"] >= last.isoformat()
    assert papers.decided_file(fresh(file))["history"][-1]["absent_until"]


def test_who_is_here_is_told_nothing(manager: Person) -> None:
    file, director = offer(manager), post("cases", "director")

    form: Any = form_for(file, steps_of(ApprovalFile)["approve"], director)
    act = take(file, "approve", by=director, opinion="")

    assert form.remark == ""
    assert "entered as absent until" not in act.entry.given


def test_those_who_were_passed_over_or_represented_read_afterwards(manager: Person) -> None:
    director, head = post("cases", "director"), post("cases", "department_head")
    for who, deputy in ((director, None), (head, person("department_head", unit="contracts"))):
        absences.enter(
            who,
            first_day=today(),
            last_day=today() + timedelta(days=1),
            deputy=deputy,
            reason="Leave.",
            by=who,
        )
    file = offer(manager)
    concur(file)

    take(file, "decide", by=post("contracts", "department_head"), **DECIDED)

    assert notices.those_who_read(fresh(file)) == [director, head]


def test_those_above_are_the_next_rank_that_is_held(manager: Person) -> None:
    offers_go(LINE, {**DECISION, "unit": "executive", "rank": "president"})
    file = offer(manager)

    assert notices.those_above(file) == [post("executive", "president")]
    take(file, "approve", by=post("cases", "director"), opinion="")
    assert notices.those_above(fresh(file)) == []  # nobody stands above the president


def test_file_that_has_moved_meanwhile_is_left_alone(
    manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(manager)
    Contract.objects.get().lines.filter(number=2).update(quantity=2)

    def moved(*_what: Any, **_more: Any) -> None:
        raise NotOpen("It has moved.")

    monkeypatch.setattr(looking_after, "take_within", moved)

    assert looking_after.look() == 0


# What a form says beforehand -----------------------------------------------------------------


def decision_form(file: ApprovalFile) -> Any:
    return form_for(file, steps_of(ApprovalFile)["decide"], post("cases", "department_head"))


def test_decision_tells_beforehand_that_a_disagreement_wants_an_answer(manager: Person) -> None:
    file = offer(manager)
    take(file, "approve", by=post("cases", "director"), opinion="")
    take(file, "disagree", by=post("legal", "director"), opinion="No.")
    concur(file)

    form = decision_form(fresh(file))

    assert form.remark == (
        "Director, Legal does not agree: your decision needs an answer in writing."
    )
    assert form.fields["resolution"].required


def test_decision_without_a_disagreement_asks_for_no_answer(manager: Person) -> None:
    form = decision_form(heard(offer(manager)))

    assert (form.remark, form.fields["resolution"].widget.is_hidden) == ("", True)


# Labels --------------------------------------------------------------------------------------


def test_label_alone_leaves_signatures_as_they_are(manager: Person) -> None:
    file = offer(manager)
    take(file, "approve", by=post("cases", "director"), opinion="")

    handling.put_under(Contract.objects.get(), "company_confidential", by=manager, reason="Costs.")

    assert (looking_after.look(), fresh(file).changes_since) == (0, [])
    assert standings(file)[0] == "approved"
    assert need_to_know.hidden_from(person("case_manager"), file.number) is not None


def test_label_under_which_a_file_goes_another_way_voids_what_was_signed(manager: Person) -> None:
    file = offer(manager)
    ApprovalRoute.objects.create(
        matter="foreign_offer",
        from_amount=0,
        label="company_confidential",
        steps=[{**DECISION, "unit": "executive", "rank": "president", "group": 1}],
        valid_from=today(),
        source="test",
    )

    handling.put_under(Contract.objects.get(), "company_confidential", by=manager, reason="Costs.")

    assert looking_after.look() == 1
    assert fresh(file).voided == [
        {"field": "handling", "from": "confidentiality_2", "to": "company_confidential"}
    ]
    assert words.change_in_a_line(fresh(file).voided[0]) == (
        "handling label: Confidentiality 2: for official use → Company confidential: named readers"
    )


# What a row of routes and other rows are called ----------------------------------------------


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("none", "Give the steps as a list."),
        ([LINE], "Exactly one step decides. Give one decision."),
        ([{**DECISION, "unit": "moon"}], "There is no unit moon."),
    ],
)
def test_row_that_is_no_route_is_refused(steps: Any, why: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        ApprovalRoute(steps=steps).clean()

    assert refusal.value.message_dict == {"steps": [why]}


def test_row_that_is_a_route_is_fine() -> None:
    ApprovalRoute(steps=[LINE, DECISION]).clean()


def test_rows_are_called_by_what_they_are_about(manager: Person) -> None:
    file, director = offer(manager), post("cases", "director")
    take(file, "approve", by=director, opinion="")
    seen = Sight(file=file, actor_id="7")
    declared = Conflict(file=file, actor_name="SATO Hanako")

    assert [
        str(row) for row in (Signature.objects.get(), file.revisions.get(), seen, declared)
    ] == [
        f"director: {director.official_name}",
        f"{file.pk} 1",
        f"{file.pk} 7",
        f"{file.pk}: SATO Hanako",
    ]
    assert str(WayStep.objects.filter(file=file)[0]) == f"{file.pk} 1: Director, Case Management"
    assert str(ApprovalRoute(matter="waiver", from_amount=5)) == "waiver ≥ 5"


def test_paper_that_was_passed_over_is_read_by_the_post_it_was_for(manager: Person) -> None:
    director = post("cases", "director")
    AbsenceFactory(person=director)
    file = offer(manager)
    elsewhere, both = person("director", unit="quality"), person("office_chief", "director")

    assert rules.passed_over.seat(elsewhere, file) is None
    seat = rules.passed_over.seat(both, file)
    assert seat is not None
    assert (seat.step.position, seat.membership.role) == (1, "director")


def test_matter_without_a_paper_of_its_own_puts_its_purpose_to_approval(
    manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = offer(manager)
    monkeypatch.setattr(Contract, "matters", (replace(OFFER, preview=None),))

    page = papers.outgoing_draft.html(fresh(file), timezone.now())

    assert file.purpose in page
    assert 'class="watermark"' in page


def test_file_that_was_never_sealed_has_not_changed() -> None:
    assert ApprovalFile().changes_since == []
