"""A file goes along its way: each post in its turn, nobody twice, never the drafter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from approvals import looking_after
from approvals.files import Drafted, open_file
from approvals.models import ApprovalFile, Signature, WayStep
from cases.matters import OFFER
from cases.models import Contract
from documents.models import DocumentNumber
from partners import absences
from partners.models import Absence, Person
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.factories import ContractFactory, name_readers, person, today
from workflow.deadlines import readings_of
from workflow.models import Entry
from workflow.steps import NotOpen, NotYours, choices, take

pytestmark = pytest.mark.django_db
NOTHING = {"opinion": "", "resolution": ""}


@pytest.fixture
def manager() -> Person:
    return person("case_manager")


@pytest.fixture
def file(manager: Person) -> ApprovalFile:
    """The file of an offer of ¥5,160,000: director, four units, department head."""
    return put_forward(ContractFactory(state="draft", is_priced=True), manager)


def standing(file: ApprovalFile) -> list[tuple[int, str]]:
    return list(WayStep.objects.filter(file=file).values_list("position", "standing"))


def away(who: Person, deputy: Person | None = None) -> Absence:
    return absences.enter(
        who,
        first_day=today(),
        last_day=today() + timedelta(days=3),
        deputy=deputy,
        reason="Leave.",
        by=who,
    )


def line_of(file: ApprovalFile, step: str) -> Entry:
    entry = file.trail.filter(step=step).first()
    assert entry is not None
    return entry


# Along the way -------------------------------------------------------------------------------


def test_file_is_drafted_for_whoever_put_the_case_to_approval(manager: Person) -> None:
    contract = ContractFactory(state="draft", is_priced=True)

    take(contract, "put_to_approval", by=manager)
    run_follow_ups()

    file = ApprovalFile.objects.get()
    assert (file.state, file.matter, file.subject_number) == (
        "drafting",
        "foreign_offer",
        contract.number,
    )
    assert (file.prepared_by, file.prepared_role, file.amount) == (
        manager.actor_id,
        "case_manager",
        5_160_000,
    )
    assert file.deal_id == contract.deal_id
    assert contract.number in file.purpose


def test_file_goes_along_the_line_and_the_offer_goes_out_under_a_number(
    file: ApprovalFile,
) -> None:
    director, head = post("cases", "director"), post("cases", "department_head")

    take(file, "approve", by=director, opinion="Fine.")
    concur(file)
    act = take(file, "decide", by=head, **NOTHING)

    assert act.case.state == "awaiting_issue"
    assert list(Signature.objects.values_list("position", "kind", "unit", "rank")) == [
        (1, "line", "cases", "director"),
        (2, "concurrence", "finance", "director"),
        (3, "concurrence", "legal", "director"),
        (4, "concurrence", "export_control", "director"),
        (5, "concurrence", "security", "director"),
        (6, "decision", "cases", "department_head"),
    ]
    assert set(Signature.objects.values_list("digest", flat=True)) == {file.content_digest}
    releaser = person("case_manager")
    sent = take(Contract.objects.get(), "send_offer", by=releaser, expires_on=today())
    number = DocumentNumber.objects.get()
    assert (sent.case.state, fresh(file).state) == ("offered", "issued")
    assert (number.serial, number.paper, number.decider) == (1, "offer", head.official_name)
    assert fresh(file).document_number == number.written == "輸政第1号"


def test_file_is_kept_once_everybody_has_read_it(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), **NOTHING)
    contract = Contract.objects.get()

    take(contract, "send_offer", by=person("case_manager"), expires_on=today())
    run_follow_ups()

    assert fresh(file).state == "kept"


def test_offer_is_closed_as_long_as_its_file_is_on_its_way(file: ApprovalFile) -> None:
    with pytest.raises(NotOpen) as refusal:
        take(Contract.objects.get(), "send_offer", by=person("case_manager"), expires_on=today())

    assert str(refusal.value) == (
        f"Not approved yet. The file {file.number} is with: Director, Case Management."
    )


def test_units_are_asked_at_once_and_the_decision_waits_for_all(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")

    arrived = WayStep.objects.filter(file=file, standing="arrived").values_list("unit", flat=True)
    assert sorted(arrived) == ["export_control", "finance", "legal", "security"]
    take(file, "agree", by=post("legal", "director"), opinion="")
    assert fresh(file).state == "in_circulation"
    with pytest.raises(NotYours, match="The file is not with you now"):
        take(file, "decide", by=post("cases", "department_head"), **NOTHING)


@pytest.mark.parametrize(
    ("unit", "rank", "step", "given"),
    [
        ("cases", "department_head", "decide", NOTHING),
        ("legal", "director", "agree", {"opinion": ""}),
        ("planning", "director", "approve", {"opinion": ""}),
    ],
)
def test_nobody_acts_before_their_turn(
    file: ApprovalFile, unit: str, rank: str, step: str, given: dict[str, str]
) -> None:
    with pytest.raises(NotYours, match="The file is not with you now"):
        take(file, step, by=post(unit, rank), **given)

    assert Signature.objects.count() == 0


def test_drafter_does_not_act_even_with_the_post(manager: Person) -> None:
    person("director", unit="cases")
    both = person("case_manager", "director")
    file = put_forward(ContractFactory(state="draft", is_priced=True), both)

    with pytest.raises(NotYours) as refusal:
        take(file, "approve", by=both, opinion="")

    assert str(refusal.value) == "You drafted this file; others act on it."


def test_person_with_two_posts_acts_once(file: ApprovalFile) -> None:
    both = person("director", "department_head")
    take(file, "approve", by=both, opinion="")
    concur(file)

    with pytest.raises(NotYours) as refusal:
        take(file, "decide", by=both, **NOTHING)

    assert str(refusal.value) == "You have acted on this file already; nobody acts on it twice."


def test_only_the_drafter_puts_forward(manager: Person) -> None:
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()

    with pytest.raises(NotYours):
        take(ApprovalFile.objects.get(), "put_forward", by=person("case_manager"))


# Opinions ------------------------------------------------------------------------------------


def test_disagreement_stops_nothing_but_is_answered_in_writing(file: ApprovalFile) -> None:
    head = post("cases", "department_head")
    take(file, "approve", by=post("cases", "director"), opinion="")
    take(file, "disagree", by=post("legal", "director"), opinion="Name the law.")
    concur(file)

    with pytest.raises(NotOpen) as refusal:
        take(file, "decide", by=head, **NOTHING)
    act = take(file, "decide", by=head, opinion="", resolution="The agreement names it.")

    assert str(refusal.value) == "A unit disagrees. Answer it in writing when you decide."
    assert (act.case.state, act.case.resolution) == ("awaiting_issue", "The agreement names it.")


def test_conditions_stand_beside_the_word(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")

    take(file, "agree_with_conditions", by=post("legal", "director"), conditions="Add a clause.")

    step = WayStep.objects.get(file=file, unit="legal")
    assert (step.standing, step.opinion) == ("conditional", "Add a clause.")
    assert fresh(file).needs_resolution is False


# Back ----------------------------------------------------------------------------------------


def test_return_to_the_drafter_takes_the_case_back_and_voids_what_was_signed(
    file: ApprovalFile, manager: Person
) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")

    take(file, "return_to_drafter", by=post("legal", "director"), reason="Add the law.")
    run_follow_ups()

    assert fresh(file).state == "returned"
    assert Contract.objects.get().state == "draft"
    assert [word for _at, word in standing(file) if word != "not_arrived"] == ["returned"]
    assert Signature.objects.count() == 1  # what was said stays on record
    take(Contract.objects.get(), "put_to_approval", by=manager)
    run_follow_ups()
    take(file, "put_forward", by=manager)
    assert fresh(file).revision == 2
    assert standing(file)[0] == (1, "arrived")
    assert ApprovalFile.objects.count() == 1


def test_file_that_came_back_waits_for_its_case(file: ApprovalFile, manager: Person) -> None:
    take(file, "return_to_drafter", by=post("cases", "director"), reason="Again.")
    run_follow_ups()

    with pytest.raises(NotOpen) as refusal:
        take(file, "put_forward", by=manager)

    number = Contract.objects.get().number
    assert str(refusal.value) == f"The case {number} is being worked on. Put it to approval first."


def test_return_to_an_earlier_step_keeps_what_was_signed_before_it(file: ApprovalFile) -> None:
    director, legal = post("cases", "director"), post("legal", "director")
    take(file, "approve", by=director, opinion="")
    take(file, "agree", by=legal, opinion="")

    take(file, "return_to_step", by=post("finance", "director"), to=1, reason="Look again.")

    assert fresh(file).state == "in_circulation"
    assert [word for _at, word in standing(file)] == ["arrived", *["not_arrived"] * 5]
    take(file, "approve", by=director, opinion="Still fine.")
    assert list(Signature.objects.values_list("revision", "position")) == [(1, 1), (1, 3), (2, 1)]


def test_hold_and_resume_go_on_where_the_file_was(file: ApprovalFile, manager: Person) -> None:
    take(file, "hold", by=post("cases", "director"), reason="Wait for the agreement.")
    with pytest.raises(NotOpen):
        take(file, "approve", by=post("cases", "director"), opinion="")

    take(file, "resume", by=manager)

    assert fresh(file).state == "in_circulation"
    assert standing(file)[0] == (1, "arrived")


@pytest.mark.parametrize("step", ["withdraw", "abandon"])
def test_file_that_is_given_up_takes_the_case_back(
    file: ApprovalFile, manager: Person, step: str
) -> None:
    take(file, step, by=manager, reason="The nation waits.")
    run_follow_ups()

    assert fresh(file).state == {"withdraw": "withdrawn", "abandon": "abandoned"}[step]
    assert Contract.objects.get().state == "draft"
    take(Contract.objects.get(), "put_to_approval", by=manager)
    run_follow_ups()
    assert ApprovalFile.objects.filter(state="drafting").count() == 1


def test_file_ends_with_its_case(file: ApprovalFile, manager: Person) -> None:
    take(Contract.objects.get(), "cancel", by=manager, reason="No budget.")
    run_follow_ups()

    assert fresh(file).state == "abandoned"


def test_decision_that_is_not_carried_out_is_void(file: ApprovalFile, manager: Person) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), **NOTHING)

    take(Contract.objects.get(), "cancel", by=manager, reason="No budget.")
    run_follow_ups()

    assert fresh(file).state == "void"


# Sealed to content ---------------------------------------------------------------------------


def test_change_of_price_voids_what_was_signed_and_names_the_fields(
    file: ApprovalFile, manager: Person
) -> None:
    contract = Contract.objects.get()
    take(file, "approve", by=post("cases", "director"), opinion="")
    quote = contract.subcontracts.get().quotes.get()
    quote.lines.filter(number=1).update(unit_price=1_100_000)

    take(contract, "price", by=manager)
    run_follow_ups()

    voided = fresh(file)
    assert (voided.state, Contract.objects.get().state) == ("returned", "draft")
    assert {change["field"] for change in voided.voided} == {
        "lines.1.amount",
        "lines.1.unit_price",
        "papers.offer",
        "price.administrative_charge",
        "price.deposit",
        "price.net",
        "price.total",
    }
    assert line_of(file, "void").given["changed"] == voided.voided


def test_signature_on_content_that_has_changed_is_refused(file: ApprovalFile) -> None:
    Contract.objects.get().lines.filter(number=2).update(quantity=2)

    with pytest.raises(NotOpen) as refusal:
        take(file, "approve", by=post("cases", "director"), opinion="")

    assert str(refusal.value) == (
        "What was put to approval has changed since: line 2: quantity, the paper to be issued. "
        "The drafter puts it forward anew."
    )


def test_change_that_no_step_tells_of_is_found_by_whoever_looks_after_files(
    file: ApprovalFile,
) -> None:
    Contract.objects.get().lines.filter(number=2).update(quantity=2)

    moved = looking_after.look()

    assert (moved, fresh(file).state) == (1, "returned")
    assert looking_after.look() == 0


def test_decided_offer_does_not_go_out_with_another_content(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), **NOTHING)
    contract = Contract.objects.get()
    contract.request.__class__.objects.filter(pk=contract.request_id).update(end_use="Another")

    with pytest.raises(NotOpen, match="What was approved has changed since: end use"):
        take(contract, "send_offer", by=person("case_manager"), expires_on=today())


def test_correction_of_a_decision_is_a_new_file_that_supersedes_it(
    file: ApprovalFile, manager: Person
) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), **NOTHING)
    take(Contract.objects.get(), "send_offer", by=person("case_manager"), expires_on=today())
    run_follow_ups()
    Contract._base_manager.update(state="under_approval")  # as an amendment will

    later = ApprovalFile.objects.filter(subject_id=Contract.objects.get().pk)
    drafter = Drafted(manager.actor_id, manager.actor_name, "case_manager")
    new = open_file(Contract.objects.get(), OFFER, drafter)

    assert (new.supersedes_id, later.count()) == (file.pk, 2)


# Those who are away --------------------------------------------------------------------------


def test_line_goes_on_without_who_is_away_and_they_read_afterwards(manager: Person) -> None:
    director = post("cases", "director")
    away(director)

    file = put_forward(ContractFactory(state="draft", is_priced=True), manager)

    step = WayStep.objects.get(file=file, position=1)
    assert (step.standing, step.cause, step.awaits_reading) == ("passed_over", "absent", True)
    assert line_of(file, "put_forward").given["passed over"] == [
        {"step": 1, "post": "cases:director", "why": "absent"}
    ]


def test_deputy_decides_in_the_place_of_who_is_away(file: ApprovalFile) -> None:
    head, deputy = post("cases", "department_head"), person("department_head", unit="contracts")
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    away(head, deputy)

    act = take(file, "decide", by=deputy, **NOTHING)

    step = WayStep.objects.get(file=file, kind="decision")
    assert (step.standing, step.holder_name, step.in_place_of, step.awaits_reading) == (
        "deputised",
        deputy.official_name,
        head.official_name,
        True,
    )
    assert (act.entry.on_behalf_of, act.entry.role) == (head.official_name, "department_head")
    with pytest.raises(NotYours):
        take(file, "read_afterwards", by=deputy)
    take(file, "read_afterwards", by=head)
    assert WayStep.objects.get(pk=step.pk).read_by == head.official_name


def test_deputy_who_has_no_rank_is_refused() -> None:
    with pytest.raises(NotOpen) as refusal:
        away(post("cases", "department_head"), person("case_manager"))

    assert str(refusal.value) == (
        "A deputy holds a rank themselves. Choose somebody who decides on files."
    )


def test_who_comes_back_has_no_deputy_any_more(file: ApprovalFile) -> None:
    head, deputy = post("cases", "department_head"), person("department_head", unit="contracts")
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    absence = away(head, deputy)

    absences.withdraw(absence, by=head, reason="Back.")

    with pytest.raises(NotYours):
        take(file, "decide", by=deputy, **NOTHING)


def test_vacant_post_of_the_line_is_passed_over_and_nobody_reads(manager: Person) -> None:
    for unit in ("finance", "legal", "export_control", "security"):
        post(unit, "director")
    post("cases", "department_head")
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()

    take(ApprovalFile.objects.get(), "put_forward", by=manager)

    step = WayStep.objects.get(position=1)
    assert (step.standing, step.cause, step.awaits_reading) == ("passed_over", "vacant", False)


def test_file_that_nobody_could_decide_on_is_not_put_forward(manager: Person) -> None:
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()

    with pytest.raises(NotOpen, match="Nobody else could decide on this"):
        take(ApprovalFile.objects.get(), "put_forward", by=manager)


def test_somebody_acting_for_a_vacant_post_signs_as_such(file: ApprovalFile) -> None:
    director = post("cases", "director")
    director.memberships.update(is_acting=True)

    take(file, "approve", by=director, opinion="")

    assert WayStep.objects.get(file=file, position=1).is_acting is True


def test_whoever_goes_on_leave_later_is_passed_over_by_whoever_looks_after_files(
    file: ApprovalFile,
) -> None:
    away(post("cases", "director"))

    moved = looking_after.look()

    assert moved == 1
    assert standing(file)[0] == (1, "passed_over")


# Higher ranks --------------------------------------------------------------------------------


def test_higher_rank_pulls_the_file_up_and_the_lower_reads_afterwards(manager: Person) -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    Contract._base_manager.filter(pk=contract.pk).update(
        net=300_000_000, administrative_charge=0, total=300_000_000, deposit=0
    )
    contract.lines.update(unit_price=75_000_000)
    contract.lines.filter(number=1).update(amount=225_000_000)
    contract.lines.filter(number=2).update(amount=75_000_000)
    quotes = contract.subcontracts.get().quotes.get()
    quotes.lines.update(unit_price=75_000_000)
    file = put_forward(Contract.objects.get(), manager)
    head, director = post("cases", "department_head"), post("cases", "director")

    take(file, "pull_up", by=head, reason="Urgent.")

    assert standing(file)[:2] == [(1, "passed_over"), (2, "arrived")]
    take(file, "approve", by=head, opinion="")
    with pytest.raises(NotYours):
        take(file, "approve", by=director, opinion="")
    names = {choice.name for choice in choices(fresh(file), director)}
    assert "read_afterwards" not in names  # only once it has been decided
    concur(file)
    take(file, "decide", by=post("executive", "executive_director"), **NOTHING)
    take(file, "read_afterwards", by=director)
    assert WayStep.objects.get(file=file, position=1).read_by == director.official_name


def test_nobody_pulls_a_file_past_another_unit(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")

    with pytest.raises(NotYours, match="The file is not with you now"):
        take(file, "pull_up", by=post("cases", "department_head"), reason="Urgent.")


# Conflicts of interest -----------------------------------------------------------------------


def test_who_declares_a_conflict_takes_no_part(file: ApprovalFile) -> None:
    director, other = post("cases", "director"), person("director", unit="cases")

    take(file, "declare_conflict", by=director, reason="My sister works there.")

    with pytest.raises(NotYours, match="You have declared a conflict of interest"):
        take(file, "approve", by=director, opinion="")
    take(file, "approve", by=other, opinion="")
    assert standing(file)[0] == (1, "approved")


# Who sees it ---------------------------------------------------------------------------------


def test_labelled_file_is_seen_by_those_whose_step_it_has_reached(manager: Person) -> None:
    contract = name_readers(ContractFactory(state="draft", is_priced=True), manager)
    file = put_forward(contract, manager)
    director, legal = post("cases", "director"), post("legal", "director")
    outsider = person("finance_officer")

    def sees(who: Person) -> bool:
        return ApprovalFile.objects.visible_to(Person.objects.get(pk=who.pk)).exists()

    assert (sees(director), sees(legal), sees(outsider)) == (True, False, False)
    assert not Contract.objects.visible_to(director).exists()
    take(file, "approve", by=director, opinion="")
    assert (sees(director), sees(legal), sees(outsider)) == (True, True, False)


@pytest.mark.parametrize("role", ["requester", "contractor_sales", "system_administrator"])
def test_file_is_none_of_other_peoples(file: ApprovalFile, role: str) -> None:
    assert not ApprovalFile.objects.visible_to(person(role)).exists()


def test_clock_of_the_file_runs_from_put_forward_to_the_decision(file: ApprovalFile) -> None:
    (reading,) = readings_of(fresh(file), timezone.now())

    assert (reading.clock.name, reading.is_running, reading.is_late) == (
        "approval.decide",
        True,
        False,
    )
