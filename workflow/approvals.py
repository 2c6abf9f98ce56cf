"""How an approval goes (決裁): which way a matter takes, and how a file moves along it. Plain Python.

A route names steps in groups, one group after the other: the own line signs from low to high (回議),
other units concur side by side (合議), reviewers examine (審査), one authority decides (決裁), and
others read afterwards (供覧). The room `approvals` keeps the files, the people and the papers; here
stand the rules that need none of them. Terms and the default table of routes: rules on documents and
on standing authority (文書管理規程, 専決規程) as Japanese offices have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from workflow.calendars import is_in_force

# Lowest first. The last is the head, in whose name everybody else decides (専決).
RANKS = ("office_chief", "director", "department_head", "executive_director", "president")


def _(text: str) -> str:
    """Marks a sentence for the catalogue: who shows it translates it."""
    return text


class Kind(StrEnum):
    LINE = "line"
    CONCURRENCE = "concurrence"
    EXAMINATION = "examination"
    DECISION = "decision"
    CIRCULATION = "circulation"


class Standing(StrEnum):
    """How a step of a file stands."""

    NOT_ARRIVED = "not_arrived"  # 未着
    ARRIVED = "arrived"  # 到達
    APPROVED = "approved"  # 承認, 同意
    CONDITIONAL = "conditional"  # 条件付同意
    DISAGREED = "disagreed"  # 不同意
    RETURNED = "returned"  # 差戻し
    DEPUTISED = "deputised"  # 代決
    PASSED_OVER = "passed_over"  # 後閲, 引上げ: the file went on without it
    READ = "read"  # 供覧済


SETTLED = frozenset(
    {
        Standing.APPROVED,
        Standing.CONDITIONAL,
        Standing.DISAGREED,
        Standing.DEPUTISED,
        Standing.PASSED_OVER,
        Standing.READ,
    }
)


# Routes --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RouteStep:
    """Which rank of which unit acts, and how. Steps of one `group` stand side by side."""

    kind: Kind
    unit: str
    rank: str
    group: int

    def plain(self) -> dict[str, Any]:
        return {"kind": str(self.kind), "rank": self.rank, "unit": self.unit, "group": self.group}


@dataclass(frozen=True)
class RouteRow:
    """A dated row: from which amount on (yen) a matter takes these steps, for a nation or label or all."""

    matter: str
    from_amount: Decimal
    steps: tuple[RouteStep, ...]
    consult_ministry: bool
    valid_from: date
    valid_to: date | None
    source: str
    nation: str = ""
    label: str = ""
    bulk_concurrence: bool = False

    def counts_on(self, day: date) -> bool:
        return is_in_force(self.valid_from, self.valid_to, day)


@dataclass(frozen=True)
class Because:
    """A reason: a sentence of the catalogue, and the values it names."""

    text: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return self.text % self.values


@dataclass(frozen=True)
class Route:
    """The way of one file, and why it is this one. Nobody decides where no row covers the matter."""

    steps: tuple[RouteStep, ...]
    consult_ministry: bool
    why: tuple[Because, ...]
    row: RouteRow | None = None

    @property
    def decider(self) -> RouteStep | None:
        return next((step for step in self.steps if step.kind is Kind.DECISION), None)


class NoRoute(ValueError):
    """Something that was given for steps is none: a sentence of the catalogue, and the values it names."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(text % values)
        self.text, self.values = text, values


def read_steps(given: Any) -> tuple[RouteStep, ...]:
    """Steps as JSON tells them, with kinds and ranks that are known. Raises `NoRoute`."""
    if not isinstance(given, list):
        raise NoRoute(_("Give the steps as a list."))
    return tuple(_read_step(place, one) for place, one in enumerate(given, start=1))


def _read_step(place: int, given: Any) -> RouteStep:
    if not isinstance(given, Mapping) or set(given) != {"kind", "unit", "rank", "group"}:
        text = _("step %(place)s: give kind, unit, rank and group, and nothing else.")
        raise NoRoute(text, place=place)
    if given["kind"] not in list(Kind):
        raise NoRoute(
            _("step %(place)s: kind is one of %(kinds)s."), place=place, kinds=_list(Kind)
        )
    if given["rank"] not in RANKS:
        raise NoRoute(
            _("step %(place)s: rank is one of %(ranks)s."), place=place, ranks=_list(RANKS)
        )
    if type(given["group"]) is not int or given["group"] < 1:
        raise NoRoute(_("step %(place)s: group is a whole number from 1 on."), place=place)
    if not isinstance(given["unit"], str) or not given["unit"]:
        raise NoRoute(_("step %(place)s: name a unit."), place=place)
    return RouteStep(Kind(given["kind"]), given["unit"], given["rank"], given["group"])


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def why_not_steps(steps: Sequence[RouteStep]) -> str:
    """Why steps make no route, as one sentence with the remedy, or ""."""
    decisions = [step for step in steps if step.kind is Kind.DECISION]
    if len(decisions) != 1:
        return _("Exactly one step decides. Give one decision.")
    decision = decisions[0]
    if len({(step.unit, step.rank, step.kind) for step in steps}) != len(steps):
        return _("A post acts once. Take out the step that stands there twice.")
    for step in steps:
        if step is decision:
            continue
        after = step.kind is Kind.CIRCULATION
        if (step.group > decision.group) is not after:
            return _("Everything but circulation comes before the decision, circulation after it.")
        if step.kind is Kind.LINE and RANKS.index(step.rank) > RANKS.index(decision.rank):
            return _("Nobody in the line stands above whoever decides.")
    return ""


def find_route(
    rows: Iterable[RouteRow],
    *,
    matter: str,
    amount: Decimal,
    on: date,
    nation: str = "",
    label: str = "",
) -> Route:
    """The way of a matter of this amount (yen) on a day.

    Rows that name the label, then those that name the nation, go before the rows for all; among
    them counts the one with the highest amount that is reached.
    """
    table = [row for row in rows if row.matter == matter and row.counts_on(on)]
    fitting = [row for row in table if row.nation in {"", nation} and row.label in {"", label}]
    reached = [row for row in fitting if row.from_amount <= amount]
    said = {"matter": matter, "amount": f"{amount.normalize():,f}", "day": on.isoformat()}
    if not reached:
        return Route((), consult_ministry=False, why=_why_none(fitting, said))
    row = max(reached, key=lambda one: (bool(one.label), bool(one.nation), one.from_amount))
    return Route(row.steps, row.consult_ministry, _why(row, fitting, said), row)


def _why_none(fitting: Sequence[RouteRow], said: Mapping[str, str]) -> tuple[Because, ...]:
    if not fitting:
        return (Because(_("No route for %(matter)s is in force on %(day)s."), said),)
    lowest = f"{min(row.from_amount for row in fitting):,f}"
    text = _("Nobody has authority over %(matter)s of ¥%(amount)s: routes begin at ¥%(lowest)s.")
    return (Because(text, {**said, "lowest": lowest}),)


def _why(
    row: RouteRow, fitting: Sequence[RouteRow], said: Mapping[str, str]
) -> tuple[Because, ...]:
    facts = {
        **said,
        "from": f"{row.from_amount:,f}",
        "since": row.valid_from.isoformat(),
        "source": row.source,
        "nation": row.nation,
        "label": row.label,
    }
    why = [Because(_("¥%(amount)s reaches the row from ¥%(from)s on."), facts)]
    above = [
        one.from_amount
        for one in fitting
        if (one.nation, one.label) == (row.nation, row.label) and one.from_amount > row.from_amount
    ]
    if above:
        facts["next"] = f"{min(above):,f}"
        why.append(Because(_("The next row begins at ¥%(next)s."), facts))
    if row.nation:
        why.append(Because(_("The row is for the nation %(nation)s."), facts))
    if row.label:
        why.append(Because(_("The row is for the handling label %(label)s."), facts))
    if row.consult_ministry:
        why.append(Because(_("The competent ministry is consulted."), facts))
    why.append(Because(_("In force since %(since)s. Source: %(source)s."), facts))
    return tuple(why)


# A file on its way ---------------------------------------------------------------------------


class OnTheWay(Protocol):
    """A step of a file, as far as the way is concerned."""

    @property
    def kind(self) -> str: ...

    @property
    def rank(self) -> str: ...

    @property
    def group(self) -> int: ...

    @property
    def standing(self) -> str: ...


Stop = TypeVar("Stop", bound=OnTheWay)


def is_settled(step: OnTheWay) -> bool:
    return step.standing in SETTLED


def arriving(steps: Iterable[Stop]) -> list[Stop]:
    """Steps that the file reaches now: the first group in which something is left to do.

    Circulation is reached once the decision has been taken.
    """
    left = [step for step in steps if not is_settled(step)]
    before = [step for step in left if step.kind != Kind.CIRCULATION]
    first = min((step.group for step in before or left), default=0)
    return [
        step
        for step in before or left
        if step.group == first and step.standing == Standing.NOT_ARRIVED
    ]


def awaits_decision(steps: Iterable[OnTheWay]) -> bool:
    """Everybody before the decision has been heard, or passed over."""
    return any(s.kind == Kind.DECISION and s.standing == Standing.ARRIVED for s in steps)


def passed_by(steps: Iterable[Stop], step: OnTheWay) -> list[Stop]:
    """The lower ranks of the line that are passed over when `step` acts before them (引上げ).

    Nothing if it cannot: its turn has come or is over, or somebody of another unit is to be heard
    first, whom nobody passes over.
    """
    if step.standing != Standing.NOT_ARRIVED or step.kind not in {Kind.LINE, Kind.DECISION}:
        return []
    before = [one for one in steps if one.group < step.group and not is_settled(one)]
    lower = [one for one in before if one.kind == Kind.LINE and _is_lower(one, step)]
    return lower if len(lower) == len(before) else []


def _is_lower(step: OnTheWay, other: OnTheWay) -> bool:
    return RANKS.index(step.rank) < RANKS.index(other.rank)


def needs_resolution(steps: Iterable[OnTheWay]) -> bool:
    """A unit disagrees: that blocks nothing, but whoever decides answers it in writing."""
    return any(step.standing == Standing.DISAGREED for step in steps)


# What is sealed ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A field of what was put to approval that is not as it was; None stands for "not there"."""

    field: str
    before: Any
    after: Any

    def plain(self) -> dict[str, Any]:
        return {"field": self.field, "from": self.before, "to": self.after}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Field by field (`lines.2.unit_price`) what differs between two plain contents."""
    old, new = dict(_fields(before)), dict(_fields(after))
    return [
        Change(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _fields(inner, f"{path}.{name}" if path else str(name))
        case list() | tuple():
            for place, inner in enumerate(value, start=1):
                yield from _fields(inner, f"{path}.{place}" if path else str(place))
        case _:
            yield path, value


@dataclass(frozen=True)
class Matter:
    """What is put to approval. A case type names its matters in `matters`.

    What is no case, a change of reference data, is carried by `approvals.matters`. `content` is what
    signatures cover, as plain values: lines, price, papers, reference data. `amount` (yen) chooses the
    route; `draft` gives what the cover sheet says at first. `duty` is that of whoever signs, `waits_in`
    the state in which the case waits for the decision. `issues` is the kind of the paper that goes out
    and `preview` its page before it does. `route` names the matter whose routes a case goes by, where
    that is another one. `why_not` says what stands against it now, or ""; `decided`
    and `given_up` are books of the file's step, for what takes effect with it.
    """

    name: str
    title: Any
    amount: Callable[[Any], Decimal]
    content: Callable[[Any], Mapping[str, Any]]
    draft: Callable[[Any], Mapping[str, str]]
    duty: str
    waits_in: str = ""
    issues: str = ""
    preview: Callable[[Any], str] | None = None
    route: Callable[[Any], str] | None = None
    why_not: Callable[[Any], str] | None = None
    decided: Callable[[Any], None] | None = None
    given_up: Callable[[Any], None] | None = None
