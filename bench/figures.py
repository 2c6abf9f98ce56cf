"""A figure: what was measured, and the bar it has to clear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def is_good(self) -> bool:
        return self.at_most is None or self.value <= self.at_most

    def __str__(self) -> str:
        bar = "" if self.at_most is None else f"bar {self.at_most:>8,.2f}"
        mark = "" if self.at_most is None else ("ok" if self.is_good else "TOO MUCH")
        return f"{self.name:<58} {self.value:>12,.2f} {self.unit:<10} {bar:<14} {mark}"
