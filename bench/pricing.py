"""A thousand lines priced, each with every figure and its reason, beside the bar; and read from JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command

from bench.figures import Figure
from cases import pricing
from cases.pricing import Line, Rounding, Source
from cases.rates import RateSet, row_of_file
from fms_agency.alone import SHIPPED
from fms_agency.questions import rows_of_file

LINES = 1000
TIMES = 15
DAY = date(2026, 1, 15)


def measure() -> list[Figure]:
    rows = [row for row in rows_of_file(SHIPPED, "rates", row_of_file) if row.rate_set == "us"]
    lines = [_line(number) for number in range(LINES)]

    def act() -> None:
        pricing.price(
            lines,
            currency="USD",
            rates=RateSet(rows),
            accepted_on=DAY,
            rounding=Rounding.HALF_UP,
        )

    with TemporaryDirectory() as folder:
        file = Path(folder) / "question.json"
        file.write_text(json.dumps({"currency": "USD", "lines": [_asked(one) for one in lines]}))
        command = _milliseconds(lambda: call_command("price", str(file), stdout=StringIO()))
    return [
        Figure("a thousand lines priced", _milliseconds(act), "ms", at_most=50.0),
        Figure("a thousand lines read, priced and told as JSON", command, "ms"),
    ]


def _line(number: int) -> Line:
    return Line(
        number=f"{number:04}",
        quantity=1 + number % 40,
        unit_base=Decimal(1000 + 977 * number) / 4,
        source=Source("PXS"[number % 3]),
        overseas_base=Decimal(100),
        nonrecurring_unit=Decimal(12),
        packed_by_contractor=number % 2 == 0,
        delivery_term="8",
        accepted_on=DAY - timedelta(days=number),
    )


def _asked(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "quantity": line.quantity,
        "unit_base": str(line.unit_base),
        "source": line.source,
        "overseas_base": str(line.overseas_base),
        "nonrecurring_unit": str(line.nonrecurring_unit),
        "packed_by_contractor": line.packed_by_contractor,
        "delivery_term": line.delivery_term,
        "accepted_on": str(line.accepted_on),
    }


def _milliseconds(act: Callable[[], Any]) -> float:
    """The least of several: what else the machine does is not the price's cost."""
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - begun))
    return min(took)
