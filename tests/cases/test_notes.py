"""The library of notes: which stand on a paper by their rule, which are chosen, and what they say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from cases import content, papers, standard_notes
from cases.models import Change, Contract, StandardNote
from cases.models.note import unreadable
from tests.factories import ArticleFactory, ChangeFactory, ContractFactory, person
from workflow.forms import form_for
from workflow.steps import steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def note(code: str, **fields: Any) -> StandardNote:
    words = {
        "title_ja": "静粛",
        "title_en": "Quiet",
        "text_ja": "{nation}政府は静粛にする。",
        "text_en": "The Government of {nation} is quiet at {delivery_place}.",
        "keeper": "desk",
        "valid_from": date(2026, 4, 1),
        "source": "test",
    }
    return StandardNote.objects.create(code=code, **words | fields)


def codes(contract: Any) -> set[str]:
    return {said["code"] for said in standard_notes.of_offer(contract)}


def holding(**article: Any) -> Any:
    contract = ContractFactory(is_priced=True)
    contract.lines.filter(number=1).update(article=ArticleFactory(**article))
    return contract


def form(case: Any, *chosen: str) -> Any:
    step = steps_of(type(case))["choose_notes"]
    return form_for(case, step, person("case_manager"), {"notes": list(chosen)})


# Rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "article"),
    [
        ("weapon", {"item_class": "weapon"}),
        ("technology", {"kind": "technology"}),
        ("service", {"kind": "service"}),
        ("service", {"kind": "training"}),
    ],
)
def test_mandatory_note_stands_where_its_condition_holds(
    condition: str, article: dict[str, str]
) -> None:
    note("quiet", condition=condition, is_mandatory=True)
    without = ContractFactory(is_priced=True)
    without.lines.update(article=ArticleFactory())

    assert "quiet" in codes(holding(**article))
    assert "quiet" not in codes(without)


def test_note_of_stock_stands_where_a_line_comes_from_stock() -> None:
    contract = ContractFactory(is_priced=True)
    before = codes(contract)
    contract.lines.filter(number=1).update(source="E")

    assert codes(contract) - before == {"stock_as_it_is"}


def test_line_that_is_taken_out_brings_no_note() -> None:
    note("quiet", condition="technology", is_mandatory=True)
    contract = holding(kind="technology")
    contract.lines.filter(number=1).update(quantity=0)

    assert "quiet" not in codes(contract)


def test_note_of_a_kind_stands_on_cases_of_that_kind() -> None:
    assert "grant_only_use" in codes(ContractFactory(is_priced=True, kind_of_case="grant"))
    assert "grant_only_use" not in codes(ContractFactory(is_priced=True))


def test_note_counts_by_the_day_of_the_price() -> None:
    note("quiet", is_mandatory=True, valid_from=date(2026, 11, 22))

    assert "quiet" in codes(ContractFactory(is_priced=True))
    assert "quiet" not in codes(ContractFactory(is_priced=True, priced_on=date(2026, 11, 21)))


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("amendment", "on_amendments"),
        ("modification", "on_modifications"),
        ("restatement", "on_offers"),
    ],
)
def test_note_stands_on_the_papers_that_it_names(kind: str, column: str) -> None:
    elsewhere = dict.fromkeys(("on_offers", "on_amendments", "on_modifications"), False)
    note("quiet", is_mandatory=True, **elsewhere | {column: True})
    note("loud", is_mandatory=True, **dict.fromkeys(elsewhere, True) | {column: False})
    change = ChangeFactory(kind_of_change=kind)

    said = {one["code"] for one in standard_notes.of_change(Change.objects.get(pk=change.pk))}

    assert "quiet" in said
    assert "loud" not in said


# Choosing ------------------------------------------------------------------------------------


def test_mandatory_notes_are_told_and_cannot_be_left_out() -> None:
    note("quiet", is_mandatory=True)
    contract = ContractFactory(is_priced=True)
    filled_in = form(contract)

    assert "quiet" not in dict(filled_in.fields["notes"].choices)
    assert "Quiet" in filled_in.remark
    assert filled_in.is_valid()
    take(contract, "choose_notes", by=person("case_manager"), **filled_in.cleaned_data)
    assert "quiet" in codes(Contract.objects.get(pk=contract.pk))


def test_nothing_is_remarked_where_no_note_is_mandatory() -> None:
    StandardNote._base_manager.update(is_mandatory=False)

    assert form(ContractFactory()).remark == ""


def test_chosen_notes_stand_on_the_letter_with_their_blanks_filled_in() -> None:
    note("quiet")
    contract = ContractFactory(is_priced=True)
    assert "quiet" not in codes(contract)
    filled_in = form(contract, "quiet")
    assert filled_in.is_valid(), filled_in.errors
    take(contract, "choose_notes", by=person("case_manager"), **filled_in.cleaned_data)

    page = papers.offer.html(Contract.objects.get(pk=contract.pk), contract.opened_at, draft=True)

    place = contract.request.delivery_place
    assert f"The Government of {contract.nation.formal_en} is quiet at {place}." in page
    assert f"{contract.nation.formal_ja}政府は静粛にする。" in page


@pytest.mark.parametrize("chosen", ["loud", "stock_as_it_is"])
def test_note_that_does_not_fit_cannot_be_chosen(chosen: str) -> None:
    assert set(form(ContractFactory(), chosen).errors) == {"notes"}


def test_change_takes_up_the_notes_of_its_contract_and_gives_them_back() -> None:
    note("quiet")
    contract = ContractFactory(state="in_execution", chosen_notes=["quiet"])
    change = ChangeFactory(contract=contract, state="offered", chosen_notes=["quiet"])
    Change.objects.filter(pk=change.pk).update(chosen_notes=[])

    take(Change.objects.get(pk=change.pk), "sign", by=person("signatory"), signed_by="CRUZ Maria")

    assert Contract.objects.get(pk=contract.pk).chosen_notes == []


def test_opened_change_begins_with_the_notes_of_its_contract() -> None:
    contract = ContractFactory(state="in_execution", chosen_notes=["spares_availability"])
    given = dict.fromkeys(("major_equipment", "purpose_changes", "nation_must_agree"), False)
    words = {"kind_of_change": "modification", "departure": "", "purpose": "Later."}

    (change,) = take(contract, "open_change", by=person("case_manager"), **given, **words).opened

    assert change.chosen_notes == ["spares_availability"]


def test_versions_tell_notes_apart() -> None:
    note("quiet")
    with_it = ContractFactory(is_priced=True, chosen_notes=["quiet"])

    assert "is quiet at" in content.of_contract(with_it)["notes"]["quiet"]


# The library ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Be quiet, {nation}.", ""),
        ("A set {{nation}}.", "Write a blank as {end_user}; no other braces can stand here."),
        ("Be quiet, {crew}.", "Nothing fills in {crew}."),
        ("{nation.__class__}", "Nothing fills in {nation.__class__}."),
        ("{nation[0]}", "Nothing fills in {nation[0]}."),
        ("{}", "Nothing fills in {}."),
        ("Be quiet, {nation", "Write a blank as {end_user}; no other braces can stand here."),
    ],
)
def test_blank_that_nothing_fills_in_is_named(text: str, why: str) -> None:
    assert unreadable(text).startswith(why)
    assert bool(unreadable(text)) is bool(why)


def test_note_says_what_is_wrong_by_field() -> None:
    row = StandardNote(
        code="quiet",
        text_ja="{crew}",
        text_en="{end_use}",
        on_offers=False,
        on_amendments=False,
    )

    with pytest.raises(ValidationError) as caught:
        row.clean()

    assert set(caught.value.message_dict) == {"text_ja", "on_offers"}


def test_every_note_of_the_library_can_be_read_and_filled_in() -> None:
    rows = list(StandardNote.objects.all())

    assert len(rows) == 11
    for row in rows:
        row.clean()
