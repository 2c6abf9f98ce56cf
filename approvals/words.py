"""What the fields of a sealed content are called: `lines.2.unit_price` is “line 2: unit price”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from partners import kinds
from workflow.handling import Handling

AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}([0-9]{2})?")  # percents have four places
DIGEST = re.compile(r"[0-9a-f]{64}")

FIELDS: dict[str, str | Promise] = {
    "administration": _("administrative charge (percent, from)"),
    "administrative_charge": _("administrative charge"),
    "administrative_percent": _("administrative charge (percent)"),
    "agreements": _("agreements"),
    "amount": _("amount"),
    "article": _("catalogue number"),
    "basis": _("basis"),
    "assessment": _("assessment"),
    "case": _("case"),
    "clearances": _("transfer clearances"),
    "code": _("code of the reason"),
    "columns": _("columns"),
    "contract": _("contract"),
    "contract_total": _("total of the contract"),
    "contractor": _("contractor"),
    "currency": _("currency"),
    "deliver_by": _("deliver by"),
    "delivery_term": _("delivery term"),
    "delivery_place": _("place of delivery"),
    "deposit": _("initial deposit"),
    "due": _("to be paid"),
    "due_on": _("due on"),
    "end_use": _("end use"),
    "end_user": _("end user"),
    "forgone": _("given up by the waiver"),
    "from_deposit": _("set against the deposit"),
    "handling": _("handling label"),
    "item_class": _("class"),
    "last_day": pgettext_lazy("reference", "last day"),
    "level": _("level of decision"),
    "months": _("available after, months"),
    "months_from": _("months after acceptance, from"),
    "months_to": _("months after acceptance, to"),
    "name_en": _("name in English"),
    "name_ja": _("name in Japanese"),
    "nation": _("nation"),
    "net": _("net"),
    "nonrecurring_unit": _("nonrecurring charge, a unit"),
    "note": _("note"),
    "period_from": _("period, first day"),
    "period_to": _("period, last day"),
    "priced_on": _("priced"),
    "quantity": _("quantity"),
    "quote": _("quote"),
    "reason": _("reason"),
    "part_of": _("sub-line of line"),
    "release_code": _("offer release"),
    "remarks": _("remarks"),
    "request": _("request"),
    "rules": _("rules"),
    "screened_on": _("screened"),
    "source": _("source"),
    "specification": _("specification"),
    "stops": _("stop rules"),
    "termination_cost": _("termination cost"),
    "terms_of_sale": _("terms of sale"),
    "title": _("title"),
    "total": _("total"),
    "unit_price": _("unit price"),
    "valid_until": _("valid until"),
    "waived": _("waived"),
    "treaty_breach": _("breach of a treaty"),
    "unsc_embargo": _("UN Security Council embargo"),
    "conflict_party": _("party to a conflict under UN measures"),
    "active_fighting": _("fighting is taking place"),
    "special_circumstances": _("special circumstances"),
    "precedent": _("precedent exists"),
    "consent_clause": _("prior-consent clause agreed"),
}
SECTIONS: dict[str, str | Promise] = {
    "lines": _("Lines"),
    "prices": _("Prices by line"),
    "price": _("Price"),
    "estimated": _("Estimated price by line"),
    "terms": _("Terms"),
    "facts": _("Facts"),
    "screening": _("Screening"),
    "papers": _("Papers to be issued (SHA-256)"),
    "reference": _("Reference data"),
    "change": pgettext_lazy("reference", "Proposed"),
    "present": _("The row until now"),
}


def section(name: str) -> str:
    return str(SECTIONS.get(name, name))


def field(path: str) -> str:
    """The name of a field by its place in the content."""
    parts = path.split(".")
    name = str(FIELDS.get(parts[-1], parts[-1]))
    match parts:
        case ["lines", number, "source"]:
            return _t("line %(number)s: %(field)s") % {
                "number": number,
                "field": _t("source of supply"),
            }
        case ["lines", number, _name]:
            return _t("line %(number)s: %(field)s") % {"number": number, "field": name}
        case ["prices", number]:
            return _t("line %(number)s: %(field)s") % {
                "number": number,
                "field": FIELDS["unit_price"],
            }
        case ["papers", _kind]:
            return _t("the paper to be issued")
        case ["change" | "present", kind, column, *_part] if found := kinds.column_of(kind, column):
            return kinds.head_of(found)
        case _:
            return name


def value(given: Any, path: str = "") -> str:
    """As a reader writes it; `path` is the place in the content."""
    match path.split("."):
        case ["change" | "present", kind, column] if found := kinds.column_of(kind, column):
            return kinds.told(found, given) or "–"
    match given:
        case str() if path.endswith("handling") and given in Handling.values:
            return str(Handling(given).label)
        case None | "":
            return "–"
        case bool():
            return pgettext("fact", "yes") if given else pgettext("fact", "no")
        case str() if AMOUNT.fullmatch(given):
            return f"{Decimal(given).normalize():,f}"
        case list():
            return ", ".join(map(str, given)) or "–"
        case _:
            return str(given)


def change(told: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a field is called, what stood there and what stands there: digests by their beginning."""
    path = told["field"]
    before, after = value(told["from"], path), value(told["to"], path)
    return field(path), _shortened(before), _shortened(after)


def change_in_a_line(told: Mapping[str, Any]) -> str:
    return "{}: {} → {}".format(*change(told))


def _shortened(text: str) -> str:
    return f"{text[:12]}…" if DIGEST.fullmatch(text) else text


def fields(content: dict[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Each field by its name, with its value, in the order of the content."""
    found: list[tuple[str, str]] = []
    for name, inner in _in_order(content, path):
        here = f"{path}.{name}" if path else name
        if isinstance(inner, dict):
            found += fields(inner, here)
        else:
            found.append((field(here), value(inner, here)))
    return found


def _in_order(content: dict[str, Any], path: str) -> list[tuple[str, Any]]:
    """Columns of reference data as on their pages: the database keeps no order of names."""
    match path.split("."):
        case ["change" | "present", kind] if kind in kinds.kinds():
            own = (one.attname for one in kinds.own_columns(kinds.kinds()[kind]))
            order = {name: place for place, name in enumerate((*own, *kinds.DAYS_AND_SOURCE))}
            return sorted(content.items(), key=lambda item: order.get(item[0], len(order)))
        case _:
            return list(content.items())
