"""What the gate refuses where no door is watching: a shell, a task, a command."""

from __future__ import annotations

import pytest
from django.db import connection

from cases.models import Contract, Request
from tests.factories import RequestFactory, person
from workflow import walls
from workflow.models import Entry
from workflow.steps import NotOpen, NotYours, begin, one_act, take
from workflow.walls import Context


@pytest.mark.django_db(transaction=True)
def test_refused_act_is_undone_and_its_line_is_kept() -> None:
    with walls.house():
        request, inspector = RequestFactory(state="submitted"), person("inspector")

        with pytest.raises(NotYours):
            take(request, "accept_as_actionable", by=inspector)

        assert not connection.in_atomic_block
        line = Entry.objects.get()
    assert (line.event, line.case_number, line.step) == (
        "refused",
        request.number,
        "accept_as_actionable",
    )
    assert (line.actor_id, line.subject) == (inspector.actor_id, "cases.request")
    assert line.given["rule"] == "right"


@pytest.mark.django_db(transaction=True)
def test_line_outlives_all_that_a_door_keeps_with_the_act() -> None:
    with walls.house():
        request, inspector = RequestFactory(state="submitted"), person("inspector")

        with pytest.raises(NotYours), one_act():
            RequestFactory(state="draft")
            take(request, "accept_as_actionable", by=inspector)

        assert (Request.objects.count(), Entry.objects.get().event) == (1, "refused")


@pytest.mark.django_db
def test_act_and_what_a_door_keeps_with_it_hold_together_or_not_at_all() -> None:
    request, manager = RequestFactory(state="submitted"), person("case_manager")

    with pytest.raises(OSError, match="disk full"), one_act():
        take(request, "accept_as_actionable", by=manager)
        raise OSError("disk full")
    undone = Request.objects.get().state
    with one_act():
        take(request, "accept_as_actionable", by=manager)

    assert (undone, Request.objects.get().state) == ("submitted", "actionable")
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_case_that_was_not_begun_is_none() -> None:
    with pytest.raises(NotYours):
        begin(Contract.open, by=person("requester"), request=RequestFactory(state="actionable"))

    line = Entry.objects.get()
    assert (line.case_id, line.case_number, line.subject) == (None, "", "cases.contract")


@pytest.mark.django_db
def test_row_out_of_sight_is_refused_by_the_wall() -> None:
    request, requester = RequestFactory(state="draft"), person("requester")

    with walls.within(Context("partner", scope="AU")), pytest.raises(NotYours):
        take(request, "submit", by=requester)

    assert Entry.objects.get().given["rule"] == "sight"


@pytest.mark.django_db
def test_what_is_not_open_leaves_no_line() -> None:
    with pytest.raises(NotOpen):
        take(RequestFactory(state="actionable"), "accept_as_actionable", by=person("case_manager"))

    assert not Entry.objects.exists()
