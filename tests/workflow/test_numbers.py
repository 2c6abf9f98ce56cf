"""Numbers are counted per series, without gaps, and never given twice."""

from __future__ import annotations

import pytest
import time_machine
from django.db import transaction

from cases.models import Contract
from tests.factories import RequestFactory, person
from workflow.models import NumberSeries
from workflow.numbers import next_in
from workflow.steps import NotYours, take

pytestmark = pytest.mark.django_db


def test_numbers_of_a_series_follow_each_other() -> None:
    assert [next_in("JP-PH-26-") for _ in range(3)] == [
        "JP-PH-26-0001",
        "JP-PH-26-0002",
        "JP-PH-26-0003",
    ]


def test_each_series_counts_for_itself() -> None:
    found = [next_in(series) for series in ("JP-PH-26-", "JP-AU-26-", "JP-PH-26-R", "JP-PH-26-")]

    assert found == ["JP-PH-26-0001", "JP-AU-26-0001", "JP-PH-26-R0001", "JP-PH-26-0002"]


def test_number_of_a_step_that_fails_is_given_to_the_next() -> None:
    with pytest.raises(ValueError, match="changed my mind"), transaction.atomic():
        next_in("JP-PH-26-")
        raise ValueError("changed my mind")

    assert next_in("JP-PH-26-") == "JP-PH-26-0001"


def test_refused_opening_uses_no_number() -> None:
    request = RequestFactory(state="actionable")

    with pytest.raises(NotYours):
        take(request, "open_contract", by=person("finance_officer"))

    assert NumberSeries.objects.count() == 0


def test_number_beyond_four_digits_grows() -> None:
    NumberSeries.objects.create(series="JP-PH-26-", last=9999)

    assert next_in("JP-PH-26-") == "JP-PH-26-10000"


@time_machine.travel("2027-01-01T00:30:00+09:00", tick=False)
def test_year_of_a_number_is_the_year_in_tokyo() -> None:
    request = RequestFactory(state="actionable")

    take(request, "open_contract", by=person("case_manager"))

    assert Contract.objects.get().number == "JP-PH-27-0001"
