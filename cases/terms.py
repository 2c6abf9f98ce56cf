"""The terms of a line, said in words: from where, when, how far, on what terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases import charges, pricing
from cases.models.priced import CODED
from cases.schedule import months_after
from industry.models.code import names_on

Values = Mapping[str, Any]
Names = Mapping[tuple[str, str], str]


def told(terms: Values, names: Names) -> list[str]:
    """One phrase for each, in the language of the moment; `names` are those of codes on a day."""
    coded = [
        _t("%(what)s %(code)s: %(name)s")
        % {"what": label, "code": code, "name": names.get((CODED[column], code), "–")}
        for column, label in CODED_LABELS.items()
        if (code := terms[column])
    ]
    note = [terms["note"]] if terms["note"] else []
    return [*_place(terms), *coded, *_times(terms), *_charges(terms), *note]


def on(day: date) -> Callable[[Values], list[str]]:
    """The same for several lines, with the names that count on a day."""
    names = names_on(day)
    return lambda terms: told(terms, names)


def lines_in_words(contract: Any) -> list[Any]:
    """The lines of a contract, each with `said`: its terms in the language of the moment."""
    rows, say = list(contract.lines.select_related("article")), on(timezone.localdate())
    for row in rows:
        row.said = say(row.terms)
    return rows


def promised(contract: Any) -> date | None:
    """The last day on which anything of a signed contract is to be supplied, as far as its lines say."""
    accepted_on = timezone.localdate(contract.accepted_at)
    last = contract.supplied().values_list("period_to", "months_to")
    days = [
        day or (months_after(accepted_on, months) if months is not None else None)
        for day, months in last
    ]
    return max((day for day in days if day), default=None)


def codes_of_lines(day: date) -> dict[str, dict[str, str]]:
    """By column the codes in force on a day, each with its name."""
    names = names_on(day)
    return {
        column: {code: name for (of, code), name in names.items() if of == scheme}
        for column, scheme in CODED.items()
    }


CODED_LABELS = {
    "source": _("Source of supply"),
    "delivery_term": _("Delivery term"),
    "terms_of_sale": _("Terms of sale"),
    "release_code": _("Offer release"),
}


def _place(terms: Values) -> list[str]:
    """Below which line it stands; early versions do not tell."""
    above = terms.get("part_of")
    return [_t("Sub-line of line %(row)s") % {"row": above}] if above else []


def _charges(terms: Values) -> list[str]:
    """What a unit bears besides its price, and what is waived; early versions tell neither."""
    each, waived = Decimal(terms.get("nonrecurring_unit") or 0), terms.get("waived")
    borne = each and pricing.NONRECURRING_COST not in (waived or ())
    return [
        *(
            [_t("Nonrecurring charge %(amount)s a unit") % {"amount": _figure(each)}]
            if borne
            else []
        ),
        *([_t("Waived: %(charges)s") % {"charges": charges.in_words(waived)}] if waived else []),
    ]


def _figure(amount: Decimal) -> str:
    """The currency stands on the paper; whole amounts have no decimals."""
    return f"{amount:,.{0 if amount == amount.to_integral_value() else 2}f}"


def _times(terms: Values) -> list[str]:
    first, last = terms["months_from"], terms["months_to"]
    if first is not None and first == last:
        return [
            ngettext(
                "%(months)s month after acceptance", "%(months)s months after acceptance", first
            )
            % {"months": first}
        ]
    if first is not None:
        return [
            _t("%(first)s to %(last)s months after acceptance") % {"first": first, "last": last}
        ]
    if terms["period_from"]:
        return [
            _t("from %(first)s to %(last)s")
            % {"first": _day(terms["period_from"]), "last": _day(terms["period_to"])}
        ]
    return []


def _day(day: date | str) -> str:
    """Versions keep days as text."""
    return date_format(date.fromisoformat(day) if isinstance(day, str) else day)
