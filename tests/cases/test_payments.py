"""The payment schedule of a contract: from the times of its lines to what is due when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cases import payments
from cases.models import Contract, LiabilityCurve
from cases.payments import NoSchedule
from cases.schedule import Curve, Outlay, days_from, due_days_of, expected, months_after, points_of
from tests.factories import ContractFactory, person
from tests.people import enter
from workflow.forms import form_for
from workflow.steps import steps_of, take

QUARTERS = due_days_of("03-15, 06-15, 09-15, 12-15")
CURVE = Curve("production", points_of("0:0, 50:10, 100:0"), date(2026, 1, 1), None, "test")
ACCEPTED = date(2027, 1, 31)


def schedule(*outlays: Outlay, letter_of_credit: bool = False, **more: Any) -> Any:
    usual = {"total": Decimal(1000), "deposit": Decimal(200), "accepted_on": ACCEPTED}
    fixed = {"due": QUARTERS, "curve": CURVE, "currency": "JPY"}
    return expected(list(outlays), letter_of_credit=letter_of_credit, **usual | fixed | more)


# Plain arithmetic ------------------------------------------------------------------------------


def test_payment_covers_what_is_spent_until_the_next_is_due() -> None:
    """A year of 365 days, 1,000 a year: by hand, days spent until 30 June, 30 September and so on."""
    line = Outlay(Decimal(1000), date(2027, 2, 1), date(2028, 1, 31), is_bought=False)

    told = [(one.due, one.payment, one.cumulative_paid) for one in schedule(line).payments]

    assert told == [
        (None, 200, 200),  # the deposit
        (date(2027, 3, 15), 210, 410),  # 150 days until the end of June: 410
        (date(2027, 6, 15), 253, 663),  # 242 days: 663.01
        (date(2027, 9, 15), 252, 915),  # 334 days: 915.07
        (date(2027, 12, 15), 85, 1000),
    ]


def test_what_could_be_cancelled_is_paid_ahead_and_a_letter_of_credit_stands_in_for_it() -> None:
    line = Outlay(Decimal(1000), date(2027, 2, 1), date(2028, 1, 31), is_bought=True)

    ahead, guaranteed = schedule(line), schedule(line, letter_of_credit=True)

    assert ahead.payments[1].termination_liability == 82  # 10 % x 410.96 / 500 of 1,000
    assert ahead.payments[1].payment == 292
    assert guaranteed.payments[1].payment == 210
    assert ahead.total == guaranteed.total == 1000


def test_only_what_is_bought_can_be_cancelled() -> None:
    year = (date(2027, 2, 1), date(2028, 1, 31))
    both = schedule(
        Outlay(Decimal(500), *year, is_bought=True), Outlay(Decimal(500), *year, is_bought=False)
    )

    assert both.payments[1].termination_liability == 41


@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.integers(0, 2000), st.integers(0, 2000), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 100),
    st.booleans(),
)
def test_payments_add_up_to_the_total_and_are_always_ahead(
    lines: list[tuple[int, int, int, bool]], percent: int, letter_of_credit: bool
) -> None:
    outlays = [
        Outlay(
            Decimal(amount),
            date.fromordinal(ACCEPTED.toordinal() + start),
            date.fromordinal(ACCEPTED.toordinal() + start + lasts),
            is_bought,
        )
        for amount, start, lasts, is_bought in lines
    ]
    total = sum(one.amount for one in outlays) * 103 // 100
    found = schedule(
        *outlays, total=total, deposit=total * percent // 100, letter_of_credit=letter_of_credit
    )

    assert found.adds_up
    assert found.disbursed == total
    assert found.total == total
    assert all(one.payment >= 0 for one in found.payments)
    assert [one.due for one in found.payments[1:]] == list(
        islice(days_from(ACCEPTED, QUARTERS), len(found.payments) - 1)
    )


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 12, 1), 1, date(2028, 1, 1)),
        (date(2028, 1, 31), 13, date(2029, 2, 28)),
        (date(2027, 5, 5), 0, date(2027, 5, 5)),
    ],
)
def test_months_end_where_a_month_does(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


# Of a contract ---------------------------------------------------------------------------------


def timed(state: str = "offered", **terms: Any) -> Any:
    contract = ContractFactory(state=state)
    contract.lines.update(**{"months_from": 12, "months_to": 24} | terms)
    return Contract.objects.get(pk=contract.pk)


@pytest.mark.django_db
def test_schedule_of_an_offer_begins_with_its_deposit_and_ends_with_its_total() -> None:
    contract = timed()

    found = payments.of(contract)

    assert (found.payments[0].due, found.payments[0].payment) == (None, contract.deposit)
    assert found.payments[-1].cumulative_disbursement == contract.total
    assert found.payments[1].due > contract.expires_on


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind_of_case": "grant"}, "Nothing is paid for a grant"),
        ({"kind_of_case": "blanket_order"}, "Requisitions are billed as they are supplied"),
        ({"total": None}, "There is no price yet"),
        ({"priced_on": date(2020, 1, 1)}, "No curve of termination liability is in force"),
    ],
)
def test_where_there_is_no_schedule_it_says_why(change: dict[str, Any], why: str) -> None:
    contract = timed()
    for name, value in change.items():
        setattr(contract, name, value)

    with pytest.raises(NoSchedule, match=why):
        payments.of(contract)
    assert payments.table(contract) == []


@pytest.mark.django_db
def test_line_without_a_time_is_named() -> None:
    contract = timed(months_from=None, months_to=None)

    with pytest.raises(NoSchedule, match=r"Line 1.* does not say when it is supplied"):
        payments.of(contract)


@pytest.mark.django_db
def test_nation_that_wishes_a_letter_of_credit_gets_that_schedule() -> None:
    contract = timed()
    contract.request.payment_wish = "letter_of_credit"

    assert payments.of(contract) == payments.of(contract, letter_of_credit=True)
    assert payments.of(contract) != payments.of(contract, letter_of_credit=False)


@pytest.mark.django_db
def test_months_count_from_the_acceptance_once_there_is_one() -> None:
    contract = timed("accepted")

    first, *_rest, last = payments.table(contract)

    assert payments.accepted(contract) == timezone.localdate(contract.accepted_at)
    assert (first["due"], first["payment"]) == (None, contract.deposit)
    assert last["cumulative_paid"] == contract.total


@pytest.mark.django_db
def test_line_with_a_period_is_spent_within_it() -> None:
    period = {"period_from": date(2028, 1, 1), "period_to": date(2028, 12, 31)}

    found = payments.of(timed(months_from=None, months_to=None, **period))

    assert found.payments[1].disbursement == 0
    assert found.payments[-1].due == date(2028, 9, 15)  # the next is due in December


# The contractor's own worksheet ----------------------------------------------------------------

WORKSHEET = {"points": "0:0, 50:30, 100:0", "worksheet": "Sample Electric, 2026-11-20"}


def drafted(**fields: Any) -> Any:
    contract = ContractFactory(is_priced=True, **fields)
    contract.lines.update(months_from=12, months_to=24)
    return Contract.objects.get(pk=contract.pk)


def with_worksheet(contract: Any, **given: str) -> Any:
    step = steps_of(Contract)["enter_worksheet"]
    return form_for(contract, step, person("case_manager"), given)


@pytest.mark.django_db
def test_worksheet_of_the_contractor_counts_in_place_of_the_standard_curve() -> None:
    contract = drafted()
    standard = payments.of(contract, letter_of_credit=False)
    form = with_worksheet(contract, **WORKSHEET)
    assert form.is_valid(), form.errors
    take(contract, "enter_worksheet", by=person("case_manager"), **form.cleaned_data)
    own = payments.of(Contract.objects.get(pk=contract.pk), letter_of_credit=False)

    def most(found: Any) -> Decimal:
        return max(one.termination_liability for one in found.payments)

    assert most(own) > most(standard)
    assert own.total == standard.total
    assert payments.curve(Contract.objects.get(pk=contract.pk)).source == WORKSHEET["worksheet"]


@pytest.mark.django_db
def test_empty_worksheet_brings_the_standard_curve_back() -> None:
    contract = drafted(liability_points="0:0, 50:30, 100:0", liability_source="Firm")
    form = with_worksheet(contract)
    assert form.is_valid(), form.errors
    take(contract, "enter_worksheet", by=person("case_manager"), **form.cleaned_data)

    assert payments.curve(Contract.objects.get(pk=contract.pk)).name == payments.CURVE
    assert Contract.objects.get(pk=contract.pk).liability_source == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"points": "0:0, 50:30", "worksheet": "Firm"}, "points"),
        ({"points": "0:0, 100:0", "worksheet": ""}, "worksheet"),
        ({"points": "", "worksheet": "Firm"}, "worksheet"),
        ({"points": "0:0, 100:0", "worksheet": "Firm\u202e"}, "worksheet"),
    ],
)
def test_half_a_worksheet_is_refused(given: dict[str, str], field: str) -> None:
    form = with_worksheet(drafted(), **given)

    assert list(form.errors) == [field]


@pytest.mark.django_db
def test_page_names_what_the_liability_rests_on() -> None:
    client = enter(Client(), person("finance_officer"))
    usual, own = drafted(), drafted(liability_points="0:0, 100:0", liability_source="Firm, no. 7")

    pages = [
        client.get(reverse("staff:schedule", args=[one.number])).content.decode()
        for one in (usual, own)
    ]

    assert "by the standard curve" in pages[0]
    assert "worksheet (Firm, no. 7)" in pages[1]


# Where it is read ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_page_shows_it_both_ways() -> None:
    contract, client = timed(), enter(Client(), person("finance_officer"))
    address = reverse("staff:schedule", args=[contract.number])

    usual, guaranteed = client.get(address), client.get(address, {"letter_of_credit": "yes"})

    assert usual.context["schedule"] == payments.of(contract)
    assert guaranteed.context["schedule"] == payments.of(contract, letter_of_credit=True)
    assert b"add up to" in usual.content


@pytest.mark.django_db
def test_page_says_what_is_missing() -> None:
    contract, client = ContractFactory(state="offered"), enter(Client(), person("auditor"))

    page = client.get(reverse("staff:schedule", args=[contract.number]))

    assert "does not say when it is supplied" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["requester", "contractor_sales", "opinion_giver"])
def test_page_is_for_those_who_read_the_contract(role: str) -> None:
    contract, client = timed(), enter(Client(), person(role))

    assert client.get(reverse("staff:schedule", args=[contract.number])).status_code in {403, 404}


# Its reference data ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("points", "0:0, 100"),
        ("points", "0:0, 50:9"),
        ("points", "10:0, 100:0"),
        ("points", "0:0, 60:9, 50:9, 100:0"),
        ("points", "0:0, 50:101, 100:0"),
        ("points", "0:0, x:9, 100:0"),
        ("due_days", "15 March"),
        ("due_days", "02-30"),
        ("due_days", "06-15, 03-15"),
    ],
)
def test_curve_that_makes_no_sense_is_refused(field: str, written: str) -> None:
    words = {"curve": "steep", "points": "0:0, 50:9, 100:0", "due_days": "03-15", "source": "test"}
    row = LiabilityCurve(**words | {field: written}, valid_from=date(2026, 4, 1))

    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert list(caught.value.message_dict) == [field]


@pytest.mark.django_db
def test_shipped_curve_says_the_same_to_the_page_and_to_the_command() -> None:
    row = LiabilityCurve.objects.get(curve="production")

    assert row.plain().at(Decimal(45)) == 10
    assert row.days == QUARTERS
    assert str(row) == "production"
