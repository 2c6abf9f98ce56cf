"""What a step sets off runs once, in order, is tried again with growing pauses, and gives up."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.db.utils import IntegrityError
from django.utils import timezone

from cases.models import Bill, Contract, Request
from tests.factories import BillFactory, ContractFactory, person
from tests.workflow.toys import Recorded, change_step
from workflow import follow_ups, tasks
from workflow.follow_ups import Later, forgotten, pause, run_entry
from workflow.models import Entry, FollowUp
from workflow.steps import steps_of, take

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-11-22T12:00:00+09:00")


@pytest.fixture
def diary() -> list[str]:
    return []


def issued(monkeypatch: pytest.MonkeyPatch, *effects: Recorded) -> Entry:
    """The entry of a step that sets off these effects."""
    change_step(monkeypatch, Bill, "issue", when=(), then=effects)
    return take(BillFactory(), "issue", by=person("finance_officer")).entry


def rows() -> list[dict[str, Any]]:
    return list(FollowUp.objects.values("effect", "attempts", "next_at", "error"))


def test_follow_ups_run_in_the_order_of_the_declaration(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    entry = issued(monkeypatch, *(Recorded(name, diary) for name in ("paper", "letter", "clock")))

    assert run_entry(entry.pk) == 3
    assert diary == ["paper", "letter", "clock"]
    assert list(FollowUp.objects.values_list("attempts", "error", "dead_at")) == [
        (1, "", None),
        (1, "", None),
        (1, "", None),
    ]


def test_follow_up_that_is_done_does_not_run_again(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    entry = issued(monkeypatch, Recorded("paper", diary))

    assert [run_entry(entry.pk), run_entry(entry.pk)] == [1, 0]
    assert not follow_ups.run(FollowUp.objects.get().pk)  # a worker that listed it before
    assert diary == ["paper"]


def test_follow_up_that_another_worker_did_in_the_meantime_is_left_to_it(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    entry = issued(monkeypatch, Recorded("paper", diary))
    count_attempt = follow_ups._count_attempt

    def while_another_does_it(follow_up_id: int) -> bool:
        may_be_tried = count_attempt(follow_up_id)
        FollowUp.objects.filter(pk=follow_up_id).update(done_at=NOON)
        return may_be_tried

    monkeypatch.setattr(follow_ups, "_count_attempt", while_another_does_it)

    assert run_entry(entry.pk) == 0
    assert diary == []


def test_follow_up_that_fails_keeps_its_error_and_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, diary: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    entry = issued(
        monkeypatch,
        Recorded("paper", diary, fails=[OSError("The printer is away.")]),
        Recorded("letter", diary),
    )

    with time_machine.travel(NOON, tick=False):
        assert run_entry(entry.pk) == 1

    assert diary == ["paper", "letter"]
    failed = FollowUp.objects.get(done_at=None)
    assert (failed.effect, failed.error) == ("toy:paper", "OSError: The printer is away.")
    assert timedelta(seconds=1.6) <= failed.next_at - NOON <= timedelta(seconds=2.4)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_effect_and_its_mark_are_one_transaction(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    class WritesAndFails(Recorded):
        def run(self, case: Any, follow_up: Any) -> None:
            Contract.objects.update(title="half-way")
            super().run(case, follow_up)

    entry = issued(monkeypatch, WritesAndFails("paper", diary, fails=[OSError("No.")]))

    run_entry(entry.pk)

    assert Contract.objects.get().title == "Air-surveillance radars"
    assert run_entry(entry.pk) == 1
    assert Contract.objects.get().title == "half-way"


def test_effect_that_waits_for_another_is_no_error(
    monkeypatch: pytest.MonkeyPatch, diary: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="workflow.follow_ups")
    entry = issued(monkeypatch, Recorded("letter", diary, fails=[Later("waits for the paper")]))

    run_entry(entry.pk)

    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert rows()[0]["error"] == "Later: waits for the paper"


def test_pauses_double_and_the_eighth_failure_is_the_last(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    monkeypatch.setattr(follow_ups.random, "uniform", lambda _low, _high: 1.0)
    failures: list[Exception] = [OSError("No.") for _ in range(9)]
    entry = issued(monkeypatch, Recorded("paper", diary, fails=failures))

    pauses = []
    for minute in range(9):
        now = NOON + timedelta(minutes=minute)
        with time_machine.travel(now, tick=False):
            run_entry(entry.pk)
        pauses.append((rows()[0]["next_at"] - now).total_seconds())

    row = FollowUp.objects.get()
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 196]
    assert (len(diary), row.attempts, row.dead_at, row.done_at) == (
        8,
        8,
        NOON + timedelta(minutes=7),
        None,
    )


def test_pause_is_spread_by_chance_and_ends_at_an_hour() -> None:
    pauses = {pause(3) for _ in range(50)}

    assert len(pauses) > 1
    assert all(timedelta(seconds=6.4) <= each <= timedelta(seconds=9.6) for each in pauses)
    assert pause(20, first=15) <= timedelta(seconds=3600 * 1.2)


def test_effect_that_takes_its_worker_along_is_given_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    """A worker that dies writes nothing down: the attempt was counted before."""

    class Deadly(Recorded):
        def run(self, case: Any, follow_up: Any) -> None:
            super().run(case, follow_up)
            raise SystemExit

    entry = issued(monkeypatch, Deadly("paper", diary))

    for minute in range(8):
        with (
            time_machine.travel(NOON + timedelta(minutes=minute), tick=False),
            pytest.raises(SystemExit),
        ):
            run_entry(entry.pk)
    with time_machine.travel(NOON + timedelta(minutes=8), tick=False):
        run_entry(entry.pk)

    row = FollowUp.objects.get()
    assert (len(diary), row.attempts, row.done_at) == (8, 8, None)
    assert row.dead_at is not None
    assert row.error == "WorkerLost: no attempt came back"


def test_follow_up_cannot_be_both_done_and_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    issued(monkeypatch, Recorded("paper"))

    with pytest.raises(IntegrityError, match="workflow_followup_one_end"):
        FollowUp.objects.update(done_at=NOON, dead_at=NOON)


def test_sweep_finds_what_nobody_rang_for_and_then_waits_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = issued(monkeypatch, Recorded("paper"), Recorded("letter"))

    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=10), tick=False):
        found_first, found_again = forgotten(100), forgotten(100)
    with time_machine.travel(now + timedelta(seconds=40), tick=False):
        found_later = forgotten(100)

    assert (found_first, found_again, found_later) == ([entry.pk], [], [entry.pk])


def test_sweep_leaves_alone_what_is_fresh_done_or_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    done = issued(monkeypatch, Recorded("paper"))
    run_entry(done.pk)
    dead = issued(monkeypatch, Recorded("paper"))
    FollowUp.objects.filter(entry=dead).update(dead_at=NOON)

    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        issued(monkeypatch, Recorded("paper"))
        found = forgotten(100)

    assert found == []


def test_sweep_rings_for_each_entry_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = issued(monkeypatch, Recorded("paper"), Recorded("letter"))
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring", rung.append)

    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        tasks.sweep_follow_ups()

    assert rung == [entry.pk]


@pytest.mark.parametrize(("bells", "rings"), [(20, 7), (21, 5)])
def test_sweep_rings_for_the_oldest_few_while_the_queue_is_behind(
    monkeypatch: pytest.MonkeyPatch, bells: int, rings: int
) -> None:
    """Whose bell was lost does not wait until nobody younger comes in any more."""
    entries = [issued(monkeypatch, Recorded("paper")).pk for _ in range(7)]
    rung: list[int] = []
    with current_app.connection_for_write() as line:
        line.default_channel.queue_purge("fms")
    for _ in range(bells):
        tasks.ring(0)
    monkeypatch.setattr(tasks, "ring", rung.append)

    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        tasks.sweep_follow_ups()

    assert rung == entries[:rings]


def test_next_sweep_rings_for_the_next_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [issued(monkeypatch, Recorded("paper")).pk for _ in range(7)]
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring", rung.append)
    monkeypatch.setattr(tasks, "is_behind", lambda: True)

    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        tasks.sweep_follow_ups()
        tasks.sweep_follow_ups()

    assert rung == entries


def test_oldest_waiting_follow_up_tells_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    none = list(follow_ups.waiting_since())
    first = issued(monkeypatch, Recorded("paper"))
    issued(monkeypatch, Recorded("paper"))

    assert (none, list(follow_ups.waiting_since())) == ([], [first.at])


def test_task_runs_the_follow_ups_and_tolerates_unknown_words(
    monkeypatch: pytest.MonkeyPatch, diary: list[str]
) -> None:
    entry = issued(monkeypatch, Recorded("paper", diary))

    tasks.run_follow_ups(entry_id=entry.pk, colour="blue")

    assert diary == ["paper"]


def test_step_holds_although_the_broker_is_away(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(**_words: Any) -> None:
        raise OSError("Connection refused")

    monkeypatch.setattr(tasks.run_follow_ups, "apply_async", away)

    with django_capture_on_commit_callbacks(execute=True):
        entry = issued(monkeypatch, Recorded("paper"))

    assert Bill.objects.get().state == "issued"
    assert [record.getMessage() for record in caplog.records] == [
        f"broker away, entry {entry.pk} waits for the sweep: Connection refused"
    ]


def test_bell_is_rung_after_commit_with_the_entry(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.run_follow_ups, "apply_async", lambda **words: rung.append(words))

    with django_capture_on_commit_callbacks() as callbacks:
        entry = issued(monkeypatch, Recorded("paper"))
    before = list(rung)
    for callback in callbacks:
        callback()

    assert (before, rung) == ([], [{"kwargs": {"entry_id": entry.pk}, "retry": False}])


def test_step_that_leads_to_another_takes_it_as_the_system() -> None:
    contract = ContractFactory(state="under_approval")
    leads = steps_of(Contract)["send_offer"].effect("step:answer")
    row: Any = None

    for _ in range(2):
        leads.run(Contract.objects.get(), row)

    assert Request.objects.get().state == "answered"
    assert list(Entry.objects.values_list("step", "actor_id", "role", "note")) == [
        ("answer", "system", "system", contract.number)
    ]
