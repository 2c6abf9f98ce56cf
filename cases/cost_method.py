"""The Japanese cost method (原価計算方式): from cost to estimated price (予定価格), truncated to yen at each step.

    直接材料費 + 加工費 (工数 × 加工費率) + 直接経費           = 製造原価    manufacturing cost
    + 製造原価 × GC率 (一般管理費及び販売費)                   = 総原価      total cost
    + 総原価 × I率 (利子) + 総原価 × P率 (利益)
    + 原価 × 調整率 (コスト変動調整分) + 販売直接費            = 計算価格    price

Source: 調達物品等の予定価格の算定基準に関する訓令 (昭和37年防衛庁訓令第35号) and the vice-minister's notice
防経装第8927号 (25.6.26). Estimated price and profit rate are secret before an award: what is computed here
goes into no page, paper or message of a supplier or a partner, and into no row that they may read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

from cases.pricing import NOTHING, PRECISION, Rounding, rounded

SOURCE = "昭和37年防衛庁訓令第35号; 防経装第8927号 (25.6.26)"


class VariationBase(StrEnum):
    """Which cost the cost-variation adjustment is a percentage of."""

    TOTAL = "total_cost"
    MANUFACTURING = "manufacturing_cost"


@dataclass(frozen=True)
class Cost:
    """What a line costs its maker, in yen, and the percentages set for the maker and the year."""

    number: str
    material: Decimal
    processing: Decimal
    direct: Decimal
    general_rate: Decimal
    interest_rate: Decimal
    profit_rate: Decimal
    variation_rate: Decimal
    variation_base: VariationBase
    selling_direct: Decimal
    tax_rate: Decimal


class Step(NamedTuple):
    """A figure of the calculation; `rate` is the percentage in it, if any."""

    field: str
    amount: Decimal
    rule: str
    rate: Decimal | None
    unrounded: Decimal


@dataclass(frozen=True)
class Estimate:
    """Every step of a line, in the order of the method; the last two are the price and its tax."""

    number: str
    steps: tuple[Step, ...]

    def __getitem__(self, field: str) -> Decimal:
        return next(step.amount for step in self.steps if step.field == field)


@dataclass(frozen=True)
class Estimates:
    lines: tuple[Estimate, ...]
    price: Decimal
    tax: Decimal


def estimate(costs: Sequence[Cost]) -> Estimates:
    with localcontext(prec=PRECISION):
        lines = tuple(_estimate(cost) for cost in costs)
        return Estimates(
            lines,
            price=sum((line["price"] for line in lines), NOTHING),
            tax=sum((line["tax"] for line in lines), NOTHING),
        )


def _estimate(cost: Cost) -> Estimate:
    steps: list[Step] = []

    def step(field: str, amount: Decimal, rule: str, rate: Decimal | None = None) -> Decimal:
        yen = rounded(amount, "JPY", Rounding.TRUNCATE)
        steps.append(Step(field, yen, rule, rate, amount))
        return yen

    def percentage(field: str, rate: Decimal, of: Decimal, rule: str) -> Decimal:
        return step(field, of * rate / 100, rule, rate)

    material = step("material", cost.material, "直接材料費")
    processing = step("processing", cost.processing, "加工費 (工数 × 加工費率)")
    direct = step("direct", cost.direct, "直接経費")
    made = step("manufacturing_cost", material + processing + direct, "製造原価")
    general = percentage(
        "general", cost.general_rate, made, "一般管理費及び販売費: 製造原価 × GC率"
    )
    total = step("total_cost", made + general, "総原価: 製造原価 + 一般管理費及び販売費")
    interest = percentage("interest", cost.interest_rate, total, "利子: 総原価 × I率")
    profit = percentage("profit", cost.profit_rate, total, "利益: 総原価 × P率")
    variation = percentage(
        "variation",
        cost.variation_rate,
        made if cost.variation_base is VariationBase.MANUFACTURING else total,
        f"コスト変動調整分: {cost.variation_base} × 調整率",
    )
    selling = step("selling_direct", cost.selling_direct, "販売直接費")
    price = step(
        "price",
        total + interest + profit + variation + selling,
        "計算価格: 総原価 + 利子 + 利益 + コスト変動調整分 + 販売直接費",
    )
    percentage("tax", cost.tax_rate, price, "消費税: 計算価格 × 税率")
    return Estimate(cost.number, tuple(steps))
