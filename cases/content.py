"""What a contract says, as plain values: put to approval, kept as a version, compared with another.

{"lines": {"1": {"article": ..., "quantity": ..., "unit_price": ..., "amount": ..., "source": ...}},
 "notes": {"code": "what it says, in both languages"},
 "price": {"currency": ..., "net": ..., ...}, "terms": {"title": ..., "end_user": ..., ...}}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cases import standard_notes
from cases.models.priced import CHARGES, TERMS
from workflow import values

Values = dict[str, Any]


def of_lines(rows: Iterable[Any], **columns: str) -> Values:
    """Line by line, by number: what it is, and the `columns` under the names they go by."""
    return {
        str(row.number): {
            "article": row.article.catalogue_number,
            "name_ja": row.article.name_ja,
            "name_en": row.article.name_en,
            "quantity": row.quantity,
            **{name: getattr(row, column) for name, column in columns.items()},
        }
        for row in rows
    }


def of_contract(contract: Any) -> Values:
    """What is agreed: what was ordered under a ceiling since then is not part of it."""
    lines = contract.lines.filter(under=None).select_related("article")
    return _told(contract, contract, lines, standard_notes.of_offer(contract))


def of_change(change: Any) -> Values:
    """What the contract says once the change is in effect."""
    return _told(change.contract, change, change.lines_after(), standard_notes.of_change(change))


def _told(contract: Any, priced: Any, lines: Iterable[Any], notes: Iterable[Values]) -> Values:
    request = contract.request
    return {
        "lines": of_lines(
            lines,
            unit_price="unit_price",
            amount="amount",
            **{name: name for name in (*TERMS, *CHARGES)},
        ),
        "price": {name: getattr(priced, name) for name in priced.price_columns},
        "notes": {note["code"]: f"{note['ja']}\n{note['en']}" for note in notes},
        "terms": {
            "nation": contract.nation_id,
            "title": contract.title,
            "kind_of_case": contract.kind_of_case,
            "builds_on": contract.builds_on.number if contract.builds_on else "",
            "end_user": request.end_user,
            "end_use": request.end_use,
            "delivery_place": request.delivery_place,
        },
    }


def before(change: Any) -> Values:
    """What the contract said before the change: the version that the nation had until then."""
    kept = change.contract.versions.exclude(code=change.code).last()
    return values.plain(kept.content if kept else of_contract(change.contract))  # type: ignore[no-any-return]


def after(change: Any) -> Values:
    """The same as plain values, once the change is in effect."""
    return values.plain(of_change(change))  # type: ignore[no-any-return]
