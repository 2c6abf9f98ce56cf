"""What a case costs, line by line and with the reason of each figure. Amounts are rounded here and nowhere else.

The build-up of Foreign Military Sales (SAMM C9; DISAM, FMS pricing), top to bottom:

    base price            stock | contract price of the accepted quote | labour + travel + overhead
    + contract administration services    % of the part of the base that is bought by contract
    + nonrecurring cost                   approved amount a unit
    = line value          → net
    packing, administrative charge, top-up to a minimum charge, transport, other
    = total

Which percentage counts is decided by the day the line was accepted; `rates` gives them by set. The
agency's own prices go the same way, by the set `jp`. The Japanese cost method is `cost_method`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from cases.rates import PER_CENT, RateRow, RateSet, RatesOfDay
from ledger.money import exponent

# Nothing is lost before an amount is rounded: 18 + 12 digits, times a quantity, times percentages.
PRECISION = 100
NOTHING = Decimal(0)


def _(text: str) -> str:
    """Marks a rule for the catalogue: the page of a price translates it, the command line does not."""
    return text


# Rounding ------------------------------------------------------------------------------------


class Rounding(StrEnum):
    """How an amount comes to the smallest unit of its currency, by name."""

    HALF_UP = "half_up"  # U.S. practice, in yen too
    TRUNCATE = "truncate"  # claims and debts of the Japanese state: 端数切捨て
    AGENCY = "agency"  # yen truncated, other currencies half up


ROUNDING_OF_SET = {"us": Rounding.HALF_UP, "jp": Rounding.AGENCY}


def rounded(amount: Decimal, currency: str, rounding: Rounding = Rounding.AGENCY) -> Decimal:
    """An amount in the smallest unit of its currency."""
    return amount.quantize(_smallest_unit(currency), _direction(currency, rounding))


@cache
def _smallest_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))


def _direction(currency: str, rounding: Rounding) -> str:
    if rounding is Rounding.AGENCY:
        return ROUND_DOWN if currency == "JPY" else ROUND_HALF_UP
    return ROUND_DOWN if rounding is Rounding.TRUNCATE else ROUND_HALF_UP


# What is asked -------------------------------------------------------------------------------


class Source(StrEnum):
    """Where an article or service comes from (source of supply)."""

    STOCK = "S"  # stock, or the government's own people
    PROCUREMENT = "P"
    REPAIR = "R"
    MIXED = "X"
    EXCESS = "E"
    ACQUIRED_AHEAD = "F"  # special acquisition fund


# Not made to order: packed by whoever keeps it.
STOCK = frozenset({Source.STOCK, Source.EXCESS, Source.ACQUIRED_AHEAD})


class Kind(StrEnum):
    ARTICLE = "article"
    SERVICE = "service"


class Programme(StrEnum):
    """Which administrative percentage a line takes."""

    STANDARD = "standard"
    NONSTANDARD = "nonstandard"
    CAPACITY_BUILDING = "bpc"


CAS = ("administration", "quality", "audit", "overseas")
NONRECURRING_COST = "nonrecurring"
WAIVABLE = (*CAS, NONRECURRING_COST)


@dataclass(frozen=True)
class Line:
    """A line to be priced. Amounts are in the currency of the case, per unit but for `overseas_base`.

    `procured_share` (0 to 1) counts on mixed lines; `overseas_base` is the part of the base price
    that is performed abroad; `accepted_on` goes before the day of the case.
    """

    number: str
    quantity: int
    unit_base: Decimal
    source: Source
    kind: Kind = Kind.ARTICLE
    programme: Programme = Programme.STANDARD
    procured_share: Decimal | None = None
    overseas_base: Decimal = NOTHING
    nonrecurring_unit: Decimal = NOTHING
    nonrecurring_source: str = ""
    waived: frozenset[str] = frozenset()
    packed_by_contractor: bool = True
    delivery_term: str = ""
    rate_area: str = ""
    transport_percent: Decimal | None = None
    accepted_on: date | None = None


class CannotPrice(ValueError):
    """A value does not fit: `key` of the line `number`, or of the case where there is none."""

    def __init__(self, number: str | None, key: str, why: str) -> None:
        super().__init__(why)
        self.number = number
        self.key = key


# What comes out ------------------------------------------------------------------------------


class Reason(NamedTuple):
    """Why a figure is what it is: the rule, and the rate row or the percentage `given` in it, if any."""

    field: str
    rule: str
    unrounded: Decimal
    row: RateRow | None = None
    given: Decimal | None = None
    given_by: str = ""

    @property
    def rate(self) -> Decimal | None:
        return self.given if self.row is None else self.row.percent

    @property
    def valid_from(self) -> date | None:
        return None if self.row is None else self.row.valid_from

    @property
    def source(self) -> str:
        return self.given_by or (BUILD_UP if self.row is None else self.row.source)


class PricedLine(NamedTuple):
    number: str
    base: Decimal
    cas: dict[str, Decimal]
    cas_total: Decimal
    nonrecurring: Decimal
    line_value: Decimal
    unit_value: Decimal
    packing: Decimal
    transport: Decimal
    administration: Decimal
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Price:
    lines: tuple[PricedLine, ...]
    net: Decimal
    packing: Decimal
    administration: Decimal
    minimum_top_up: Decimal
    transport: Decimal
    other: Decimal
    total: Decimal
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Terms:
    """What all lines of a case share."""

    currency: str
    rates: RateSet
    accepted_on: date
    unit: Decimal
    direction: str


class Sheet:
    """Figures as they come about: each is rounded and leaves its reasons."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.why: list[Reason] = []

    def note(
        self,
        field: str,
        amount: Decimal,
        rule: str,
        row: RateRow | None = None,
        *,
        given: Decimal | None = None,
    ) -> Decimal:
        """Keep the reason of an amount that is part of a figure."""
        self.why.append(Reason(field, rule, amount, row, given))
        return amount

    def figure(
        self,
        field: str,
        amount: Decimal,
        rule: str,
        row: RateRow | None = None,
        *,
        given_by: str = "",
    ) -> Decimal:
        self.why.append(Reason(field, rule, amount, row, given_by=given_by))
        return self.rounded(amount)

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.terms.unit, self.terms.direction)


BUILD_UP = "SAMM C9; DISAM, FMS pricing"


def price(
    lines: Sequence[Line],
    *,
    currency: str,
    rates: RateSet,
    accepted_on: date,
    rounding: Rounding,
) -> Price:
    """A case, priced by the rates of the day on which each line was accepted.

    Raises `NoRate` where no row is in force on it, `CannotPrice` where the line does not fit.
    """
    unit, direction = _smallest_unit(currency), _direction(currency, rounding)
    terms = Terms(currency, rates, accepted_on, unit, direction)
    with localcontext(prec=PRECISION):
        return _total(tuple(_priced(line, terms) for line in lines), terms)


# Above the line ------------------------------------------------------------------------------


BASE = {
    Source.STOCK: _("price of stock, or of the government's own people, times the quantity"),
    Source.PROCUREMENT: _("contract price by the accepted quote, times the quantity"),
    Source.REPAIR: _("price of rebuilding, repair or modification, times the quantity"),
    Source.MIXED: _("price from stock and by contract, times the quantity"),
    Source.EXCESS: _("price of excess stock as it is, times the quantity"),
    Source.ACQUIRED_AHEAD: _("price of what was acquired ahead, times the quantity"),
}
SERVICE = _("labour, travel and overhead, times the quantity")
ON_PROCURED = _("percentage of the base price, all of which is bought by contract (P)")
ON_SHARE = _("percentage of the share of the base price that is bought by contract (X)")
SHARE = _("share of a mixed line that counts as bought by contract where nothing is known of it")
NOT_PROCURED = _("none: only what is bought by contract bears it (P, and the share of X)")
ABROAD = _("percentage of the part of the base price that is performed abroad")
WAIVED = _("waived")
NONRECURRING = _("approved amount a unit, times the quantity")
LINE_VALUE = _("base price, contract administration services and nonrecurring cost")
UNIT_VALUE = _("line value by the quantity")


def _priced(line: Line, terms: Terms) -> PricedLine:
    rates = terms.rates.of(line.accepted_on or terms.accepted_on)
    sheet = Sheet(terms)
    rule = SERVICE if line.kind is Kind.SERVICE else BASE[line.source]
    base = sheet.figure("base", line.unit_base * line.quantity, rule)
    cas = _contract_administration(line, base, rates, sheet)
    cas_total = sum(cas.values(), NOTHING)
    nonrecurring = _nonrecurring(line, sheet)
    value = sheet.figure("line_value", base + cas_total + nonrecurring, LINE_VALUE)
    return PricedLine(
        number=line.number,
        base=base,
        cas=cas,
        cas_total=cas_total,
        nonrecurring=nonrecurring,
        line_value=value,
        unit_value=sheet.figure("unit_value", value / line.quantity, UNIT_VALUE),
        packing=_packing(line, rates, sheet),
        transport=_transport(line, rates, sheet),
        administration=_administration(line, value, rates, sheet),
        why=tuple(sheet.why),
    )


def _contract_administration(
    line: Line, base: Decimal, rates: RatesOfDay, sheet: Sheet
) -> dict[str, Decimal]:
    """Contract administration services (CAS), part by part; DSCA 09-06 says on what."""
    if line.overseas_base > base:
        why = f"more than the base price of the line, {base:f}"
        raise CannotPrice(line.number, "overseas_base", why)
    if line.source is not Source.PROCUREMENT and line.source is not Source.MIXED:
        return {part: sheet.figure(f"cas.{part}", NOTHING, NOT_PROCURED) for part in CAS}
    share, rule = _procured(line, rates, sheet)
    procured = base * share
    cas = {}
    for part in CAS:
        bearing, said = (line.overseas_base, ABROAD) if part == "overseas" else (procured, rule)
        if part in line.waived:
            bearing, said = NOTHING, WAIVED
        row = rates.on(f"cas_{part}")
        cas[part] = sheet.figure(f"cas.{part}", row.of(bearing), said, row)
    return cas


def _procured(line: Line, rates: RatesOfDay, sheet: Sheet) -> tuple[Decimal, str]:
    if line.source is Source.PROCUREMENT:
        return Decimal(1), ON_PROCURED
    if line.procured_share is not None:
        return line.procured_share, ON_SHARE
    row = rates.on("mixed_share")
    return sheet.note("procured_share", row.of(Decimal(1)), SHARE, row), ON_SHARE


def _nonrecurring(line: Line, sheet: Sheet) -> Decimal:
    """Research, development and production paid once: a share of it per unit, unless waived."""
    if NONRECURRING_COST in line.waived:
        return sheet.figure(NONRECURRING_COST, NOTHING, WAIVED)
    return sheet.figure(
        NONRECURRING_COST,
        line.nonrecurring_unit * line.quantity,
        NONRECURRING,
        given_by=line.nonrecurring_source,
    )


# Below the line ------------------------------------------------------------------------------


PACKED = _("none: the contractor packs, or nothing is packed")
PACKING = _("percentage of the unit price up to the limit, times the quantity")
PACKING_ABOVE = _("percentage of the unit price above the limit, times the quantity")
NOT_MOVED = _("none: nothing is moved")
TRANSPORT = _(
    "percentage of the delivery term on the unit price up to the limit, times the quantity"
)
TRANSPORT_GIVEN = _("percentage as given, on the unit price up to the limit, times the quantity")
TRANSPORT_ABOVE = _(
    "so much of the percentage on the unit price above the limit, times the quantity"
)
ADMINISTRATION = _("percentage of the line value, by the day on which the line was accepted")


def _packing(line: Line, rates: RatesOfDay, sheet: Sheet) -> Decimal:
    """Packing, crating and handling: one percentage up to a limit of the unit price, another above."""
    if line.packed_by_contractor or line.kind is Kind.SERVICE:
        return sheet.figure("packing", NOTHING, PACKED)
    row, above = rates.on("packing"), rates.find("packing_above")
    low, high = _tiers(line, above, sheet)
    amount = sheet.note("packing", row.of(low), PACKING, row)
    if above is not None and high:
        amount += sheet.note("packing", above.of(high), PACKING_ABOVE, above)
    return sheet.rounded(amount)


def _transport(line: Line, rates: RatesOfDay, sheet: Sheet) -> Decimal:
    """A percentage by delivery term; of a unit price above a limit, part of the percentage."""
    if line.kind is Kind.SERVICE or (line.transport_percent is None and not line.delivery_term):
        return sheet.figure("transport", NOTHING, NOT_MOVED)
    row, percent, rule = None, line.transport_percent, TRANSPORT_GIVEN
    if percent is None:
        row = _of_delivery_term(line, rates)
        percent, rule = row.percent, TRANSPORT
    above = rates.find("transport_above") if percent else None
    low, high = _tiers(line, above, sheet)
    amount = sheet.note(
        "transport", low * percent * PER_CENT, rule, row, given=line.transport_percent
    )
    if above is not None and high:
        part = above.of(high * percent * PER_CENT)
        amount += sheet.note("transport", part, TRANSPORT_ABOVE, above)
    return sheet.rounded(amount)


def _of_delivery_term(line: Line, rates: RatesOfDay) -> RateRow:
    """The row of a delivery term; where it crosses an ocean, by rate area."""
    code = f"transport_{line.delivery_term}"
    if row := rates.find(code) or rates.find(f"{code}_{line.rate_area}"):
        return row
    if rates.find(f"{code}_1"):
        why = f"{line.delivery_term} crosses an ocean; give rate_area 1 or 2, or transport_percent"
    else:
        why = f"no percentage for {line.delivery_term} is known; give transport_percent"
    raise CannotPrice(line.number, "delivery_term", why)


def _tiers(line: Line, above: RateRow | None, sheet: Sheet) -> tuple[Decimal, Decimal]:
    """What of all units lies below the limit of the unit price, and what above."""
    total = line.unit_base * line.quantity
    if above is None or above.amount is None:
        return total, NOTHING
    if above.currency != sheet.terms.currency:
        raise CannotPrice(
            None,
            "currency",
            f"the limit {above.amount:f} {above.currency} of {above.code} cannot be set beside "
            f"unit prices in {sheet.terms.currency}; leave packing and transport out",
        )
    low = min(line.unit_base, above.amount) * line.quantity
    return low, total - low


def _administration(line: Line, value: Decimal, rates: RatesOfDay, sheet: Sheet) -> Decimal:
    """The administrative charge on the line value; some programmes take a percentage of their own."""
    row = rates.on("administration")
    if line.programme is not Programme.STANDARD:
        row = rates.find(f"administration_{line.programme}") or row
    return sheet.figure("administration", row.of(value), ADMINISTRATION, row)


# The case ------------------------------------------------------------------------------------


SUM_OF_LINES = _("sum of the lines")
NO_MINIMUM = _("none: no minimum charge in this currency is in force on the day of the case")
MINIMUM = _("what the administrative charge lacks of the minimum of a case")
OTHER = _("none")
TOTAL = _("net, packing, administrative charge with its top-up, transport and other")


def _total(lines: tuple[PricedLine, ...], terms: Terms) -> Price:
    sheet = Sheet(terms)
    net = sheet.figure("net", sum((one.line_value for one in lines), NOTHING), SUM_OF_LINES)
    packing = sheet.figure("packing", sum((one.packing for one in lines), NOTHING), SUM_OF_LINES)
    administration = sheet.figure(
        "administration", sum((one.administration for one in lines), NOTHING), SUM_OF_LINES
    )
    top_up = _minimum_top_up(administration, sheet)
    transport = sheet.figure(
        "transport", sum((one.transport for one in lines), NOTHING), SUM_OF_LINES
    )
    other = sheet.figure("other", NOTHING, OTHER)
    total = net + packing + administration + top_up + transport + other
    return Price(
        lines=lines,
        net=net,
        packing=packing,
        administration=administration,
        minimum_top_up=top_up,
        transport=transport,
        other=other,
        total=sheet.figure("total", total, TOTAL),
        why=tuple(sheet.why),
    )


def _minimum_top_up(administration: Decimal, sheet: Sheet) -> Decimal:
    """The small case management line: a case bears a minimum, by the day the case was accepted."""
    row = sheet.terms.rates.of(sheet.terms.accepted_on).find("minimum")
    if row is None or row.amount is None or row.currency != sheet.terms.currency:
        return sheet.figure("minimum_top_up", NOTHING, NO_MINIMUM)
    lacking = max(NOTHING, row.amount - administration)
    return sheet.figure("minimum_top_up", lacking, MINIMUM, row)
