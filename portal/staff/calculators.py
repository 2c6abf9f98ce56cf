"""What would it cost, and when would it be paid: prices and schedules that belong to no case and are kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases import charges, pricing
from cases.fields import in_its_units
from cases.models import LiabilityCurve, Rate
from cases.models.rate import rates_of
from cases.pricing import NOTHING, ROUNDING_OF_SET, CannotPrice, Line, Source
from cases.rates import NoRate
from cases.schedule import Period, schedule, with_liability
from cases.terms import codes_of_lines
from ledger.money import currencies
from partners import policies
from portal.staff.prices import figures
from workflow.forms import reads_as_it_is

ROWS = 6
MOST_ROWS = 60
LARGEST_QUANTITY = 1_000_000
RATE_AREAS = [("", "—"), ("1", "1"), ("2", "2")]
# What of a line does not fit, by its field.
UNFIT = {
    "overseas_base": _("This is more than the base price of the line. Give less."),
    "delivery_term": _("For this delivery term give the rate area, 1 or 2."),
    "currency": _(
        "The limits of this set are in another currency: leave packing and delivery terms out."
    ),
}


def _amount(label: Any, *, required: bool = False, **words: Any) -> Any:
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=Decimal(0),
        max_digits=18,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        **words,
    )


class InACurrency(forms.Form):
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial="JPY")

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].upper()
        if currency not in currencies():
            raise ValidationError(_t("Give the three capital letters of ISO 4217, such as PHP."))
        return currency


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that are filled in; the others are left out."""

    def clean(self) -> None:
        if not any(self.errors) and not list(self.filled()):
            raise ValidationError(_t("Fill in at least one line."))

    def filled(self) -> Iterator[tuple[int, Any]]:
        for number, row in enumerate(self.forms, start=1):
            if row.has_changed():
                yield number, row


# Prices --------------------------------------------------------------------------------------


class PriceQuestion(InACurrency):
    rate_set = forms.ChoiceField(
        label=_("Set of rates"), choices=Rate.Set.choices, initial=Rate.Set.JP
    )
    on = forms.DateField(label=_("Accepted on"), help_text=_("Whose rates count."))
    is_packed = forms.BooleanField(label=_("Packed by the maker"), required=False, initial=True)
    waived = forms.MultipleChoiceField(
        label=_("Waived on every line"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(code, capfirst(name)) for code, name in charges.NAMES.items()],
    )
    field_order = ("rate_set", "currency", "on", "is_packed", "waived")


class PriceRow(forms.Form):
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=LARGEST_QUANTITY)
    unit_base = _amount(_("Unit price"), required=True)
    source = forms.ChoiceField(label=_("Source of supply"), initial=Source.PROCUREMENT.value)
    delivery_term = forms.ChoiceField(label=_("Delivery term"), required=False)
    rate_area = forms.ChoiceField(label=_("Rate area"), required=False, choices=RATE_AREAS)
    nonrecurring_unit = _amount(_("Nonrecurring charge, a unit"))
    overseas_base = _amount(_("Of the base price, made abroad"))

    def __init__(self, *args: Any, codes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["source"].choices = [
            (code, f"{code} {name}")
            for code, name in codes["source"].items()
            if code in {source.value for source in Source}
        ]
        fields["delivery_term"].choices = [
            ("", "—"),
            *((code, f"{code} {name}") for code, name in codes["delivery_term"].items()),
        ]

    def line(self, number: int, *, waived: Iterable[str], is_packed: bool) -> Line:
        given = self.cleaned_data
        return Line(
            number=str(number),
            quantity=given["quantity"],
            unit_base=given["unit_base"],
            source=Source(given["source"]),
            overseas_base=given["overseas_base"] or NOTHING,
            nonrecurring_unit=given["nonrecurring_unit"] or NOTHING,
            waived=frozenset(waived),
            packed_by_contractor=is_packed,
            delivery_term=given["delivery_term"],
            rate_area=given["rate_area"],
        )


PriceRows = forms.formset_factory(
    PriceRow, formset=Rows, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


@policies.staff
@require_http_methods(["GET", "POST"])
def price(request: HttpRequest) -> HttpResponse:
    today, data = timezone.localdate(), request.POST or None
    form = PriceQuestion(data, initial={"on": today})
    rows: Any = PriceRows(data, form_kwargs={"codes": codes_of_lines(today)})
    context = {"form": form, "rows": rows}
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        context |= _priced(form, dict(rows.filled()))
    unfit = data is not None and "found" not in context
    return render(request, "portal/staff/calculator.html", context, status=422 if unfit else 200)


def _priced(form: PriceQuestion, rows: dict[int, Any]) -> dict[str, Any]:
    """The price with its reasons; nothing where a value does not fit, which the form then says."""
    asked = form.cleaned_data
    try:
        found = pricing.price(
            [
                row.line(number, waived=asked["waived"], is_packed=asked["is_packed"])
                for number, row in rows.items()
            ],
            currency=asked["currency"],
            rates=rates_of(asked["rate_set"]),
            accepted_on=asked["on"],
            rounding=ROUNDING_OF_SET[asked["rate_set"]],
        )
    except NoRate as error:
        form.add_error("on", _no_rate(error))
        return {}
    except CannotPrice as error:
        place, where = (rows[int(error.number)], error.key) if error.number else (form, "currency")
        place.add_error(where, UNFIT[error.key])
        return {}
    lines = [
        {"number": line.number, "amount": line.line_value, "why": figures(line.why)}
        for line in found.lines
    ]
    return {
        "found": found,
        "lines": lines,
        "sums": figures(found.why),
        "case": {"currency": asked["currency"]},
    }


def _no_rate(error: NoRate) -> str:
    return _t("No rate for the %(rate)s is in force on %(day)s. Choose another day.") % {
        "rate": Rate.Code(error.code).label,
        "day": date_format(error.day),
    }


# Schedules -----------------------------------------------------------------------------------


class ScheduleQuestion(InACurrency):
    letter_of_credit = forms.BooleanField(label=_("With a letter of credit"), required=False)
    curve = forms.ChoiceField(
        label=_("Termination liability"),
        required=False,
        help_text=_("As given below, or by a standard curve that is in force today."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.curves = {
            row.curve: row.plain() for row in LiabilityCurve.objects.on(timezone.localdate())
        }
        fields: dict[str, Any] = self.fields
        fields["curve"].choices = [
            ("", _("as given below")),
            *((name, f"{name} ({curve.source})") for name, curve in self.curves.items()),
        ]


class PeriodRow(forms.Form):
    label = forms.CharField(label=_("Period"), max_length=60, validators=[reads_as_it_is])
    due = forms.DateField(label=_("Due"), required=False)
    disbursement = _amount(_("Spent in the period"), required=True)
    termination_liability = _amount(_("Owed if cancelled"))
    holdback = _amount(_("Held back"))

    def period(self, currency: str) -> Period:
        given = self.cleaned_data
        for name in ("disbursement", "termination_liability", "holdback"):
            try:
                in_its_units(given[name] or NOTHING, currency)
            except ValidationError as error:
                self.add_error(name, error)
        return Period(
            given["label"],
            given["due"],
            given.get("disbursement") or NOTHING,
            given.get("termination_liability") or NOTHING,
            given.get("holdback") or NOTHING,
        )


PeriodRows = forms.formset_factory(
    PeriodRow, formset=Rows, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


@policies.staff
@require_http_methods(["GET", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    data = request.POST or None
    form, rows = ScheduleQuestion(data), PeriodRows(data)
    context: dict[str, Any] = {"form": form, "rows": rows}
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        context |= _scheduled(form, rows)
    unfit = data is not None and "schedule" not in context
    return render(
        request, "portal/staff/schedule_calculator.html", context, status=422 if unfit else 200
    )


def _scheduled(form: ScheduleQuestion, rows: Any) -> dict[str, Any]:
    asked, filled = form.cleaned_data, [row for _number, row in rows.filled()]
    currency = asked["currency"]
    periods = [row.period(currency) for row in filled]
    _in_order(filled, [one.due for one in periods])
    if any(row.errors for row in filled):
        return {}
    if asked["curve"]:
        periods = with_liability(periods, form.curves[asked["curve"]], currency=currency)
    return {
        "schedule": schedule(periods, letter_of_credit=asked["letter_of_credit"]),
        "case": {"currency": currency},
    }


def _in_order(rows: list[Any], days: list[date | None]) -> None:
    dated = [(row, day) for row, day in zip(rows, days, strict=True) if day]
    for (_before, earlier), (row, later) in pairwise(dated):
        if later < earlier:
            row.add_error(
                "due", _t("This day is before the one above. Give periods in their order.")
            )


PAGES = [
    path("calculator/price/", price, name="calculator"),
    path("calculator/schedule/", payments, name="schedule_calculator"),
]
