"""`price FILE|-`: what a case costs, by the rates that ship or those of `--reference`; docs/pricing.md.

    {"currency": "USD", "rates": "us", "case_accepted_on": "2026-01-15", "lines": [
      {"number": "001", "quantity": 20, "unit_base": "1500000", "source": "P"}]}

gives each line, the sums and why each figure is what it is, as JSON. With `"method": "jp-cost"` lines
are costs, and every step to the estimated price is told. It asks no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases import cost_method, pricing
from cases.cost_method import Cost, Estimate, Estimates, VariationBase
from cases.pricing import (
    NOTHING,
    PRECISION,
    ROUNDING_OF_SET,
    WAIVABLE,
    CannotPrice,
    Kind,
    Line,
    Price,
    PricedLine,
    Programme,
    Reason,
    Rounding,
    Source,
)
from cases.rates import NoRate, RateRow, RateSet, row_of_file
from fms_agency.questions import (
    Question,
    add_arguments,
    answered,
    digits,
    read_question,
    rows_of_file,
)

T = TypeVar("T", Line, Cost)
EXAMPLE = '{"currency": "USD", "rates": "us", "lines": [{"number": "001", ...}]}'
BUILD_UP = "build-up"
JP_COST = "jp-cost"
LARGEST_QUANTITY = 1_000_000_000
DELIVERY_TERMS = (*"23456789", *"ABCDEFGHIJ")
RATE_AREAS = ("1", "2")


class Command(BaseCommand):
    help = "Price a case, line by line and with reasons; JSON in, JSON out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *, file: str, reference: Path, **options: Any) -> None:
        asked = read_question(file, example=EXAMPLE)
        method = asked.maybe(lambda key: asked.choice(key, (BUILD_UP, JP_COST)), "method")
        with localcontext(prec=PRECISION):
            answer = _estimated(asked) if method == JP_COST else _priced(asked, reference)
        self.stdout.write(answered(answer))


def _lines(asked: Question, read: Callable[[Question], T]) -> list[T]:
    """The lines as `read` makes of each; a number stands once."""
    found: dict[str, T] = {}
    for one in asked.rows("lines"):
        line = read(one)
        if line.number in found:
            raise one.refusal("number", f"{line.number} is given twice")
        found[line.number] = line
    return list(found.values())


# The build-up --------------------------------------------------------------------------------


def _priced(asked: Question, reference: Path) -> dict[str, Any]:
    asked.only("method", "currency", "rates", "rounding", "case_accepted_on", "lines")
    currency = asked.currency("currency")
    rate_set, rates = _rates(asked, rows_of_file(reference, "rates", row_of_file), currency)
    lines = _lines(asked, _line)
    try:
        found = pricing.price(
            lines,
            currency=currency,
            rates=rates,
            accepted_on=asked.maybe(asked.day, "case_accepted_on") or timezone.localdate(),
            rounding=_rounding(asked, rate_set),
        )
    except NoRate as error:
        raise _no_rate(asked, lines, error) from error
    except CannotPrice as error:
        raise _cannot(asked, lines, error) from error
    return _answer(found)


def _rates(asked: Question, rows: Iterable[RateRow], currency: str) -> tuple[str, RateSet]:
    """The set asked for; else dollars are priced as the U.S. does, the rest as the agency does."""
    rows = list(rows)
    known = sorted({row.rate_set for row in rows})
    usual = "us" if currency == "USD" else "jp"
    wanted = asked.maybe(lambda key: asked.choice(key, known), "rates") or usual
    return wanted, RateSet(row for row in rows if row.rate_set == wanted)


def _rounding(asked: Question, rate_set: str) -> Rounding:
    given = asked.maybe(lambda key: asked.choice(key, tuple(Rounding)), "rounding")
    return Rounding(given) if given else ROUNDING_OF_SET.get(rate_set, Rounding.HALF_UP)


def _line(one: Question) -> Line:
    one.only(
        *("number", "quantity", "unit_base", "labour", "travel", "overhead", "source", "kind"),
        *("programme", "procured_share", "overseas_base", "nonrecurring_unit", "waived"),
        *("packed_by_contractor", "delivery_term", "rate_area", "transport_percent"),
        "accepted_on",
    )
    source = Source(one.choice("source", tuple(Source)))
    kind = Kind(one.maybe(lambda key: one.choice(key, tuple(Kind)), "kind") or Kind.ARTICLE)
    packed = one.maybe(one.flag, "packed_by_contractor")
    return Line(
        number=one.text("number"),
        quantity=one.whole("quantity", least=1, most=LARGEST_QUANTITY),
        unit_base=_unit_base(one, kind),
        source=source,
        kind=kind,
        programme=Programme(
            one.maybe(lambda key: one.choice(key, tuple(Programme)), "programme")
            or Programme.STANDARD
        ),
        procured_share=_procured_share(one, source),
        overseas_base=one.maybe(one.amount, "overseas_base") or NOTHING,
        nonrecurring_unit=one.maybe(one.amount, "nonrecurring_unit") or NOTHING,
        waived=one.maybe(lambda key: one.choices(key, WAIVABLE), "waived") or frozenset(),
        packed_by_contractor=source not in pricing.STOCK if packed is None else packed,
        delivery_term=one.maybe(lambda key: one.choice(key, DELIVERY_TERMS), "delivery_term") or "",
        rate_area=one.maybe(lambda key: one.choice(key, RATE_AREAS), "rate_area") or "",
        transport_percent=one.maybe(one.percent, "transport_percent"),
        accepted_on=one.maybe(one.day, "accepted_on"),
    )


def _unit_base(one: Question, kind: Kind) -> Decimal:
    """The unit price, or what a service is made of: labour, travel and overhead."""
    parts = [key for key in ("labour", "travel", "overhead") if one.has(key)]
    if not parts:
        return one.amount("unit_base")
    if kind is not Kind.SERVICE:
        raise one.refusal(parts[0], "only a line of kind service is made of this")
    if one.has("unit_base"):
        raise one.refusal("unit_base", f"is the sum of {', '.join(parts)}; give one or the other")
    return sum((one.amount(key) for key in parts), NOTHING)


def _procured_share(one: Question, source: Source) -> Decimal | None:
    share = one.maybe(one.share, "procured_share")
    whole = Decimal(1) if source is Source.PROCUREMENT else NOTHING
    if share is not None and source is not Source.MIXED and share != whole:
        raise one.refusal("procured_share", f"is {whole} where the source is {source}; leave it")
    return share


def _no_rate(asked: Question, lines: list[Line], error: NoRate) -> CommandError:
    for place, line in enumerate(lines):
        if line.accepted_on == error.day:
            return asked.refusal(f"lines[{place}].accepted_on", str(error))
    return asked.refusal("case_accepted_on", str(error))


def _cannot(asked: Question, lines: list[Line], error: CannotPrice) -> CommandError:
    for place, line in enumerate(lines):
        if line.number == error.number:
            return asked.refusal(f"lines[{place}].{error.key}", str(error))
    return asked.refusal(error.key, str(error))


def _answer(found: Price) -> dict[str, Any]:
    return {
        "lines": [_told(line) for line in found.lines],
        "net": f"{found.net:f}",
        "packing": f"{found.packing:f}",
        "administration": f"{found.administration:f}",
        "minimum_top_up": f"{found.minimum_top_up:f}",
        "transport": f"{found.transport:f}",
        "other": f"{found.other:f}",
        "total": f"{found.total:f}",
        "why": [_reason(reason) for reason in found.why],
    }


def _told(line: PricedLine) -> dict[str, Any]:
    cas = {part: f"{amount:f}" for part, amount in line.cas.items()}
    return {
        "number": line.number,
        "base": f"{line.base:f}",
        "cas": {**cas, "total": f"{line.cas_total:f}"},
        "nonrecurring": f"{line.nonrecurring:f}",
        "line_value": f"{line.line_value:f}",
        "unit_value": f"{line.unit_value:f}",
        "packing": f"{line.packing:f}",
        "transport": f"{line.transport:f}",
        "administration": f"{line.administration:f}",
        "why": [_reason(reason) for reason in line.why],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return _why(
        reason.field,
        _rule(reason),
        reason.rate,
        reason.valid_from,
        reason.source,
        reason.unrounded,
    )


def _rule(reason: Reason) -> str:
    """The rule, and the limit or minimum that its row sets beside a percentage."""
    row = reason.row
    if row is None or row.amount is None:
        return reason.rule
    return f"{reason.rule} ({row.amount:f} {row.currency})"


def _why(
    field: str,
    rule: str,
    rate: Decimal | None,
    valid_from: date | None,
    source: str,
    unrounded: Decimal,
) -> dict[str, Any]:
    return {
        "field": field,
        "rule": rule,
        "rate": None if rate is None else digits(rate),
        "valid_from": valid_from and valid_from.isoformat(),
        "source": source,
        "unrounded": digits(unrounded),
    }


# The cost method -----------------------------------------------------------------------------


def _estimated(asked: Question) -> dict[str, Any]:
    asked.only("method", "currency", "lines")
    if asked.currency("currency") != "JPY":
        raise asked.refusal("currency", "the cost method is in yen; give JPY")
    return _estimates(cost_method.estimate(_lines(asked, _cost)))


def _cost(one: Question) -> Cost:
    one.only(
        *("number", "material", "processing", "hours", "hourly_rate", "direct", "general_rate"),
        *("interest_rate", "profit_rate", "variation_rate", "variation_base", "selling_direct"),
        "tax_rate",
    )
    base = one.maybe(lambda key: one.choice(key, tuple(VariationBase)), "variation_base")
    return Cost(
        number=one.text("number"),
        material=one.amount("material"),
        processing=_processing(one),
        direct=one.maybe(one.amount, "direct") or NOTHING,
        general_rate=one.percent("general_rate"),
        interest_rate=one.percent("interest_rate"),
        profit_rate=one.percent("profit_rate"),
        variation_rate=one.maybe(one.percent, "variation_rate") or NOTHING,
        variation_base=VariationBase(base or VariationBase.TOTAL),
        selling_direct=one.maybe(one.amount, "selling_direct") or NOTHING,
        tax_rate=one.maybe(one.percent, "tax_rate") or NOTHING,
    )


def _processing(one: Question) -> Decimal:
    """加工費, or the hours and what one of them costs: 工数 × 加工費率."""
    if not one.has("hours") and not one.has("hourly_rate"):
        return one.amount("processing")
    if one.has("processing"):
        raise one.refusal("processing", "is hours times hourly_rate; give one or the other")
    return one.amount("hours") * one.amount("hourly_rate")


def _estimates(found: Estimates) -> dict[str, Any]:
    return {
        "lines": [_steps(line) for line in found.lines],
        "price": f"{found.price:f}",
        "tax": f"{found.tax:f}",
        "total": f"{found.price + found.tax:f}",
    }


def _steps(line: Estimate) -> dict[str, Any]:
    return {
        "number": line.number,
        **{step.field: f"{step.amount:f}" for step in line.steps},
        "why": [
            _why(step.field, step.rule, step.rate, None, cost_method.SOURCE, step.unrounded)
            for step in line.steps
        ],
    }
