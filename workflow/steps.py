"""The gate. The state of every case moves by `take`, and in no other way.

A step is declared once, on the case type, with `@step`; a case comes into being by `@beginning`.
From these declarations come the buttons, the API, the tables, the diagrams, the trail, the
messages and the papers.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import RETURN_VALUE, FSMFieldMixin, transition

from workflow import duties, numbers, refusals, values, walls
from workflow.clocks import Hand
from workflow.models import Case, Entry, FollowUp
from workflow.refusals import Refusal
from workflow.rights import Actor, Capacity, Right, by_system
from workflow.trail import current_request_id

log = logging.getLogger(__name__)

type_of_guard = Callable[[Any], str]
Heard = dict[type_of_guard, str]  # what guards have said of one row, as it was read

# States that end or park a case: reaching one of them is possible, not awaited.
SIDEWAYS = frozenset(
    {
        *("abandoned", "cancelled", "withdrawn", "declined", "refused", "terminated"),
        "transferred",
        *("void", "lapsed", "expired", "not_taken", "not_chosen", "ended", "on_hold"),
    }
)
_at_the_gate: ContextVar[bool] = ContextVar("at_the_gate", default=False)
_act_is_open: ContextVar[bool] = ContextVar("act_is_open", default=False)


# Refusals ------------------------------------------------------------------------------------


class Refused(Exception):
    """The gate says no. The message is one sentence for the person who asked."""


class NotYours(Refused):
    """The person has no right to this. Noted, so that it becomes a line of the trail."""

    def __init__(self, why: str, **about: Any) -> None:
        super().__init__(why)
        refusals.note(Refusal(why, **about))


class NotOpen(Refused):
    """The state or a guard stands against it at this moment."""


class Stale(NotOpen):
    """The case has changed since the person looked at it."""


class NoSuchStep(Refused):
    """The case type has no step of that name."""


# Declarations --------------------------------------------------------------------------------


@dataclass
class Act:
    """One step being taken: what books see, and what `take` returns."""

    case: Any
    entry: Entry
    by: Actor
    given: dict[str, Any]
    opened: list[Case] = field(default_factory=list)


class Effect(Protocol):
    """What a step sets off after commit. It may run twice: it looks for its own result first."""

    @property
    def key(self) -> str: ...

    def run(self, case: Any, follow_up: FollowUp) -> None: ...


Book = Callable[[Act], None]


@dataclass(frozen=True)
class Step:
    """One declared step (or beginning, when `sources` is empty)."""

    name: str
    label: str | Promise
    doc: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    may: Right
    when: tuple[type_of_guard, ...]
    books: tuple[Book, ...]
    then: tuple[Effect, ...]
    confirm: bool
    inner: bool
    awaited: bool
    signs: bool
    answers: bool
    parameters: tuple[str, ...]
    knows_actor: bool
    duty: str = ""
    clocks: tuple[Hand, ...] = ()

    @property
    def help(self) -> str:
        """What the step means to the agency, in the language of the moment."""
        return _(self.doc)

    def effect(self, key: str) -> Effect:
        return next(effect for effect in self.then if effect.key == key)

    def refusal(self, case: Case, heard: Heard | None = None) -> str:
        """Why the step is not open now, whoever asks: the state's sentence or the first guard's.

        Who looks at several steps of the same row gives them one `heard`: each guard is asked once.
        """
        if self.sources and case.state not in self.sources:
            return _("Not possible while the case is “%(state)s”.") % {"state": case.state_label}
        known: Heard = {} if heard is None else heard
        for guard in self.when:
            if guard not in known:
                known[guard] = guard(case)
            if known[guard]:
                return known[guard]
        return ""


def step(
    state: FSMFieldMixin,
    *,
    source: str | Sequence[str],
    label: str | Promise,
    may: Right,
    target: str | Sequence[str] = (),
    when: Iterable[type_of_guard] = (),
    books: Iterable[Book] = (),
    then: Iterable[Effect] = (),
    confirm: bool = False,
    inner: bool = False,
    awaited: bool | None = None,
    duty: str = "",
    signs: bool = False,
    answers: bool = False,
    clocks: Iterable[Hand] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a step: who `may`, `when` it is open, what it writes with it, what comes `then`.

    Without `target` the state stays; of several the method returns the one it has come to. `books`
    write in the step's own transaction; `then` names effects that run after commit. An `inner` step
    is taken only as part of another step, with `take_within`: no door offers it. Somebody's desk
    waits for an `awaited` step: unless told otherwise one that moves the case on and that a person
    takes, not one that ends or parks it. A step that `answers` a question is waited for before all
    others while it is open, and not otherwise. Whoever takes a step that is a `duty` takes no step of
    another side of it (`workflow.models.Separation`). The method's keyword-only parameters are what
    a person is asked; `by` among them is the person. `clocks` are those that the step starts, pauses
    or stops (`workflow.clocks`).
    """
    sources = (source,) if isinstance(source, str) else tuple(source)
    targets = (target,) if isinstance(target, str) else tuple(target)
    to = RETURN_VALUE(*targets) if len(targets) > 1 else next(iter(targets), None)

    def declare(method: Callable[..., Any]) -> Callable[..., Any]:
        moved = transition(field=state, source=list(sources), target=to)(_only_here(method))
        moved.step = _declared(
            method,
            label,
            sources,
            targets,
            may,
            when,
            books,
            then,
            confirm,
            inner,
            awaited,
            duty,
            signs,
            answers,
            clocks,
        )
        return moved  # type: ignore[no-any-return]

    return declare


def beginning(
    *,
    label: str | Promise,
    may: Right,
    when: Iterable[type_of_guard] = (),
    books: Iterable[Book] = (),
    then: Iterable[Effect] = (),
    duty: str = "",
    clocks: Iterable[Hand] = (),
) -> Callable[[Callable[..., Any]], Any]:
    """Declare how a case comes into being: a class method that returns the unsaved row."""

    def declare(method: Callable[..., Any]) -> Any:
        made = _only_here(method)
        made.step = _declared(
            method,
            label,
            (),
            (),
            may,
            when,
            books,
            then,
            confirm=False,
            inner=False,
            duty=duty,
            clocks=clocks,
        )
        return classmethod(made)

    return declare


def _declared(
    method: Callable[..., Any],
    label: str | Promise,
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    may: Right,
    when: Iterable[type_of_guard],
    books: Iterable[Book],
    then: Iterable[Effect],
    confirm: bool,
    inner: bool = False,
    awaited: bool | None = None,
    duty: str = "",
    signs: bool = False,
    answers: bool = False,
    clocks: Iterable[Hand] = (),
) -> Step:
    words = [
        p.name for p in inspect.signature(method).parameters.values() if p.kind is p.KEYWORD_ONLY
    ]
    return Step(
        name=method.__name__,
        label=label,
        doc=" ".join(inspect.getdoc(method).split()) if method.__doc__ else "",  # type: ignore[union-attr]
        sources=sources,
        targets=targets,
        may=may,
        when=tuple(when),
        books=tuple(books),
        then=tuple(then),
        confirm=confirm,
        inner=inner,
        awaited=_is_awaited(may, targets) if awaited is None else awaited,
        signs=signs,
        answers=answers,
        parameters=tuple(word for word in words if word != "by"),
        knows_actor="by" in words,
        clocks=tuple(clocks),
        duty=duty,
    )


def _is_awaited(may: Right, targets: Sequence[str]) -> bool:
    """It moves the case on, and not by itself."""
    return may is not by_system and not SIDEWAYS.issuperset(targets)


def _only_here(method: Callable[..., Any]) -> Any:
    @wraps(method)
    def guarded(*args: Any, **given: Any) -> Any:
        if not _at_the_gate.get():
            raise RuntimeError(
                f"Take the step with workflow.steps.take(case, '{method.__name__}')."
            )
        return method(*args, **given)

    return guarded


@cache
def steps_of(model: type[Case]) -> dict[str, Step]:
    """The steps of a case type by name, in the order in which its file tells them."""
    return {
        name: attribute.step
        for name, attribute in vars(model).items()
        if hasattr(attribute, "step") and attribute.step.sources
    }


@cache
def beginnings_of(model: type[Case]) -> dict[str, Step]:
    return {
        name: attribute.__func__.step
        for name, attribute in vars(model).items()
        if isinstance(attribute, classmethod) and hasattr(attribute.__func__, "step")
    }


def case_types() -> list[type[Case]]:
    """Every concrete case type of the house, found by inheritance."""
    found: list[type[Case]] = []
    waiting = list(Case.__subclasses__())
    while waiting:
        model = waiting.pop(0)
        waiting += model.__subclasses__()
        if not model._meta.abstract:
            found.append(model)
    return sorted(found, key=lambda model: model.kind())


# What a person can do ------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A step as one person sees it on one case."""

    step: Step
    why_not: str

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def label(self) -> str:
        return str(self.step.label)

    @property
    def help(self) -> str:
        return self.step.help

    @property
    def is_open(self) -> bool:
        return not self.why_not


def choices(case: Case, person: Actor, heard: Heard | None = None) -> list[Choice]:
    """The steps that start from the present state and concern the person, with what stands against."""
    known: Heard = {} if heard is None else heard
    with walls.house():  # a guard may ask more than the person sees, and answers in one sentence
        return [
            Choice(step, not_theirs(step, case, person) or step.refusal(case, known))
            for step in steps_of(type(case)).values()
            if case.state in step.sources and not step.inner and step.may.concerns(person, case)
        ]


def open_step(case: Case, name: str, person: Actor) -> Step:
    """The step, if it concerns the person and is open: a closed one asks for no form.

    The gate decides again on the locked row. Raises `NoSuchStep`, `NotYours` or `NotOpen`.
    """
    declared = steps_of(type(case)).get(name)
    there_is_none = NoSuchStep(_("There is no step “%(name)s” here.") % {"name": name})
    if declared is None or declared.inner:
        raise there_is_none
    if not declared.may.concerns(person, case):
        refusals.note(Refusal(str(there_is_none), **_about(declared, case, person)))
        raise there_is_none
    with walls.house():
        _check_person(declared, case, person)
        if why := declared.refusal(case):
            raise NotOpen(why)
    return declared


def not_theirs(declared: Step, case: Case, person: Actor) -> str:
    """Why the step is not this person's: the right says no, or they stand on another side."""
    return declared.may.why_not(person, case) or duties.why_not(declared.duty, case, person)


def whose_turn(case: Case, heard: Heard | None = None) -> list[str]:
    """Roles for which the case waits: whoever has been asked, else those of the open steps that move it on.

    Else of all such.
    """
    awaited, known = _awaited(case), {} if heard is None else heard
    with walls.house():
        if asked := _asked(case, known):
            return asked
        open_now = [declared for declared in awaited if not declared.refusal(case, known)]
        found = (role for declared in open_now or awaited for role in declared.may.turn(case))
        return list(dict.fromkeys(found))


def turn_by_state(case: Case) -> list[str]:
    """The same by the declarations alone: for lists, since no guard asks the database.

    But for those of questions, whose rows a list reads together.
    """
    by_state = (role for declared in _awaited(case) for role in declared.may.roles)
    return _asked(case, {}) or list(dict.fromkeys(by_state))


def _asked(case: Case, heard: Heard) -> list[str]:
    answering = [
        declared
        for declared in steps_of(type(case)).values()
        if declared.answers and not declared.refusal(case, heard)
    ]
    return list(dict.fromkeys(role for declared in answering for role in declared.may.turn(case)))


def _awaited(case: Case) -> list[Step]:
    return [
        declared
        for declared in steps_of(type(case)).values()
        if case.state in declared.sources and declared.awaited and not declared.inner
    ]


# The gate itself -----------------------------------------------------------------------------


@contextmanager
def one_act() -> Iterator[None]:
    """The durable transaction of one act, opened by a door that keeps something with the act.

    The `take` or `begin` inside joins it; a refusal that leaves the block undoes all of it.
    """
    with _transaction():
        token = _act_is_open.set(True)
        try:
            yield
        finally:
            _act_is_open.reset(token)


@contextmanager
def _transaction() -> Iterator[None]:
    """The act's own transaction. What is refused in it is written down once it has been undone."""
    if _act_is_open.get():
        yield
        return
    with refusals.written_down(), transaction.atomic(durable=True):
        yield


def take(
    case: Case,
    name: str,
    *,
    by: Actor,
    note: str = "",
    version: int | None = None,
    **given: Any,
) -> Act:
    """Take a step in one durable transaction; follow-ups run after commit.

    `version` is the one the person looked at, if the door knows it. Raises `NotYours`,
    `NotOpen`, `Stale` or `NoSuchStep`; then nothing has happened.
    """
    declared = steps_of(type(case)).get(name)
    if declared is None or declared.inner:
        raise NoSuchStep(_("There is no step “%(name)s” here.") % {"name": name})
    with _transaction():
        _check_sight(declared, case, by)
        with walls.house():
            return take_within(case, name, by=by, note=note, version=version, **given)


def take_within(
    case: Case,
    name: str,
    *,
    by: Actor,
    note: str = "",
    version: int | None = None,
    **given: Any,
) -> Act:
    """`take`, inside a transaction that is already open: for books and follow-ups only."""
    declared = steps_of(type(case))[name]
    row, facts = type(case).put_before(case.pk)
    _check(declared, row, by, version)
    before, decided_on = row.state, values.digest(facts)
    capacity = declared.may.capacity(by, row)  # after the step it may be nobody's turn
    _call(getattr(row, name), declared, by, given)
    return _write(declared, row, before, by, capacity, note, given, decided_on)


def begin(opening: Callable[..., Case], *, by: Actor, note: str = "", **given: Any) -> Act:
    """Open a case: `begin(Request.draft, by=person, ...)`. Raises what `take` raises."""
    with _transaction(), walls.house():
        return begin_within(opening, by=by, note=note, **given)


def begin_within(
    opening: Callable[..., Case],
    *,
    by: Actor,
    note: str = "",
    under: Case | None = None,
    **given: Any,
) -> Act:
    """`begin`, inside a transaction that is already open; `under` the case it follows from."""
    declared: Step = opening.step  # type: ignore[attr-defined]
    row = _call(opening, declared, by, given)
    row.join_deal(under)
    _check(declared, row, by, None)
    row.number = numbers.next_in(row.series)
    capacity = declared.may.capacity(by, row)
    return _write(declared, row, "", by, capacity, note, given, decided_on="")


def _check_sight(declared: Step, case: Case, by: Actor) -> None:
    """The second wall has its say before the house itself acts: a row out of sight is none."""
    if (
        walls.current() != walls.HOUSE
        and not type(case)._default_manager.filter(pk=case.pk).exists()
    ):
        raise NotYours(_("This case is not for you."), **_about(declared, case, by, rule="sight"))


def _check(declared: Step, row: Case, by: Actor, version: int | None) -> None:
    if not declared.may.concerns(by, row):
        why = declared.may.why_not(by, row) or _("This step is not for you.")
        raise NotYours(why, **_about(declared, row, by))
    if version is not None and version != row.version:
        raise Stale(
            _("The case has changed since you opened this page. Look at it again, then decide.")
        )
    _check_person(declared, row, by)
    if why := declared.refusal(row):
        raise NotOpen(why)


def _check_person(declared: Step, case: Case, by: Actor) -> None:
    if why := declared.may.why_not(by, case):
        raise NotYours(why, **_about(declared, case, by))
    if why := duties.why_not(declared.duty, case, by):
        raise NotYours(why, **_about(declared, case, by, rule="duty"))


def _about(declared: Step, case: Case, by: Actor, rule: str = "right") -> dict[str, Any]:
    """What the line of a refusal tells besides its sentence. A case that was not begun is none."""
    return {
        "by": by,
        "case": None if case._state.adding else case,
        "kind": case.kind(),
        "step": declared.name,
        "rule": rule,
        "needs": [declared.duty] if rule == "duty" else list(declared.may.roles),
    }


def _call(method: Callable[..., Any], declared: Step, by: Actor, given: dict[str, Any]) -> Any:
    token = _at_the_gate.set(True)
    try:
        return method(**given, **({"by": by} if declared.knows_actor else {}))
    finally:
        _at_the_gate.reset(token)


def _write(
    declared: Step,
    row: Case,
    before: str,
    by: Actor,
    capacity: Capacity,
    note: str,
    given: dict[str, Any],
    decided_on: str,
) -> Act:
    row.version += 1
    if row._state.adding:
        row.save(force_insert=True)  # what books write may point to it
    entry = Entry(
        case_kind=row.kind(),
        case_id=row.pk,
        case_number=row.number,
        owner_code=row.owner_code,
        step=declared.name,
        from_state=before,
        to_state=row.state,
        version=row.version,
        actor_id=by.actor_id,
        actor_name=by.actor_name,
        role=capacity.role,
        organisation=capacity.organisation,
        on_behalf_of=capacity.on_behalf_of,
        note=note or str(given.get("reason", "")),
        given=values.plain(given),
        digest=decided_on,
        request_id=current_request_id(),
    )
    if why := duties.bind(declared.duty, row, by):
        raise NotYours(why, **_about(declared, row, by, rule="duty"))
    act = Act(case=row, entry=entry, by=by, given=given)
    for book in declared.books:
        book(act)
    entry.opened = " ".join(f"{case.kind()}:{case.number}" for case in act.opened)
    with entry.written():
        row.save()
    set_off(entry, declared.then)
    return act


def set_off(entry: Entry, effects: Sequence[Effect]) -> None:
    """Write down what a line of the trail sets off, in its transaction, and ring after commit.

    Of a step these are declared beside it; of a line that is no step, by a clock of its case type.
    """
    if not effects:
        return
    now = timezone.now()
    FollowUp.objects.bulk_create(
        FollowUp(entry=entry, position=position, effect=effect.key, next_at=now)
        for position, effect in enumerate(effects)
    )
    transaction.on_commit(lambda: _ring(entry.pk), robust=True)


def _ring(entry_id: int) -> None:
    from workflow.tasks import ring  # tasks import this module

    ring(entry_id)


# Effects that are steps ----------------------------------------------------------------------


@dataclass(frozen=True)
class Leads:
    """An effect: another case takes a step because of this one. `to` finds it (or None).

    Where a step has two that end in the same step, `about` tells them apart.
    """

    step: str
    to: Callable[[Any], Case | None]
    about: str = ""

    @property
    def key(self) -> str:
        return f"step:{self.step}:{self.about}" if self.about else f"step:{self.step}"

    def run(self, case: Any, follow_up: FollowUp) -> None:
        from workflow.rights import SYSTEM  # a name that reads better at the point of use

        other = self.to(case)
        if other is None or other.state not in steps_of(type(other))[self.step].sources:
            return  # it has moved on already: taken by an earlier run, or by a person
        take_within(other, self.step, by=SYSTEM, note=str(case.number))
