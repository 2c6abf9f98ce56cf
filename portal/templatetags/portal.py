"""What pages say instead of markup: `{% load portal %}`, a tag per component, a filter per value.

Each tag only chooses words and classes; its markup is the template of the same name in
`templates/portal/components/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import get_currency_precision
from django import template
from django.core.paginator import Page
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BaseForm, CheckboxInput, DateInput
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from documents import units

register = template.Library()

TOKYO = ZoneInfo("Asia/Tokyo")

# A state's name decides its colour family. What is not named here is neutral, so that a new state
# is never wrong, only grey.
FAMILIES = {
    "waiting": "submitted invited under_approval under_review solicited packed pending due",
    "moving": "actionable offered awarded in_execution in_production issued shipped open",
    "done": "answered accepted delivered cleared received paid closed approved signed taken sent",
    "attention": "returned on_hold late expiring overdue",
    "stopped": "declined withdrawn refused lapsed cancelled terminated void expired "
    "not_taken not_chosen ended transferred",
}


class Choice(Protocol):
    """One step of a case, as the gate offers it to a person."""

    name: str
    why_not: str
    form: BaseForm | None


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One thing to mend: the message, and where on the page it can be mended."""

    message: str
    anchor: str = ""
    label: str = ""


# --- values ---


def _japanese() -> bool:
    return (get_language() or "").startswith("ja")


@register.filter
def unit(code: str) -> str:
    """`EA` as 個 or each."""
    return units.in_words(code)


@register.filter
def percent(rate: Decimal | None) -> str:
    """3.2 % for 3.2000: as many digits as the rate has."""
    return "" if rate is None else f"{Decimal(rate).normalize():f} %"


@register.filter
def money(amount: Decimal | int | None, currency: str = "JPY") -> str:
    """￥1,234,567 in Japanese, JPY 1,234,567 in English.

    Nothing is rounded here: an amount with more digits than its currency has shows them.
    """
    if amount is None:
        return ""
    exact = Decimal(amount).normalize()
    places = max(get_currency_precision(currency), -int(exact.as_tuple().exponent))
    digits = f"{abs(exact):,.{places}f}"
    figure = (
        f"￥{digits}"
        if _japanese() and currency == "JPY"
        else f"{currency}\N{NO-BREAK SPACE}{digits}"
    )
    if exact >= 0:
        return figure
    return f"△{figure}" if _japanese() else f"\N{MINUS SIGN}{figure}"


@register.filter
def day(value: date | None) -> str:
    """2026年11月22日, or 22 Nov 2026."""
    if value is None or value == "":
        return ""
    if _japanese():
        return f"{value.year}年{value.month}月{value.day}日"
    return format_date(value, "d MMM y", locale="en")


@register.filter
def instant(value: datetime | None) -> SafeString | str:
    """A moment on the agency's own clock, whatever clock the server or the reader keeps."""
    if value is None or value == "":
        return ""
    local = value.astimezone(TOKYO)
    clock = format_datetime(local, "HH:mm", locale="en")
    shown = f"{day(local.date())} {clock}" if _japanese() else f"{day(local.date())}, {clock} JST"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), shown)


@register.filter
def person_name(person: Any) -> str:
    """How a person is called on a page; a person knows their name in the reader's language."""
    return "" if person is None else str(getattr(person, "full_name", "") or person)


@register.filter
def short_hash(digest: str) -> str:
    """Enough of a SHA-256 to compare by eye."""
    return digest[:12]


@register.filter
def family(state: str) -> str:
    """The colour family of a state: waiting, moving, done, attention, stopped or neutral."""
    return next((name for name, states in FAMILIES.items() if state in states.split()), "neutral")


@register.filter
def as_json(value: Any) -> str:
    """Data for a script, in an attribute: the page's policy lets nothing stand in place."""
    return json.dumps(value, cls=DjangoJSONEncoder)


# --- small parts ---


@register.inclusion_tag("portal/components/button.html")
def button(
    label: str,
    kind: str = "primary",
    *,
    href: str = "",
    name: str = "",
    value: str = "",
    size: str = "",
    type: str = "submit",
) -> dict[str, object]:
    """A button, or a link that looks like one when `href` is given."""
    return {
        "label": label,
        "kind": kind,
        "href": href,
        "name": name,
        "value": value,
        "size": size,
        "type": type,
    }


@register.inclusion_tag("portal/components/chip.html")
def chip(state: str, label: str = "") -> dict[str, object]:
    """A state as words on the ground of its colour family."""
    words = label or getattr(state, "label", "") or str(state).replace("_", " ").capitalize()
    return {"family": family(state), "label": words}


@register.simple_block_tag
def banner(content: str, kind: str = "info", title: str = "") -> SafeString:
    """A notice that stays on the page: success, error, warning or info."""
    return render_to_string(
        "portal/components/banner.html",
        {"kind": kind, "title": title, "content": content},
    )


@register.inclusion_tag("portal/components/copyable.html")
def copyable(text: str, label: str = "") -> dict[str, object]:
    """A code to be read out or copied, such as a key or a full hash."""
    return {"text": text, "label": label}


@register.inclusion_tag("portal/components/empty.html")
def empty_state(
    title: str, text: str = "", *, label: str = "", href: str = ""
) -> dict[str, object]:
    """What stands where a list would, with the next sensible thing to do."""
    return {"title": title, "text": text, "label": label, "href": href}


@register.inclusion_tag("portal/components/breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, object]:
    """Label, address, label, address, …, and last the label of the page itself."""
    return {
        "links": list(zip(parts[:-1:2], parts[1::2], strict=True)),
        "here": parts[-1],
    }


@register.inclusion_tag("portal/components/tabs.html")
def tabs(items: Iterable[object], label: str = "") -> dict[str, object]:
    """Pages of one thing side by side; each item has label, url, is_current, and perhaps count."""
    return {"items": items, "label": label}


@register.inclusion_tag("portal/components/pagination.html")
def pagination(previous: str = "", following: str = "", text: str = "") -> dict[str, object]:
    """Links to the page before and after, each an address or empty."""
    return {"previous": previous, "following": following, "text": text}


@register.inclusion_tag("portal/components/pagination.html", takes_context=True)
def pages(context: template.Context, page: Page[Any]) -> dict[str, object]:
    """The same for a page of Django's paginator; what was searched for stays in the address."""
    query = context["request"].GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    place = {"first": page.start_index(), "last": page.end_index(), "all": page.paginator.count}
    return {
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "following": address(page.next_page_number()) if page.has_next() else "",
        "text": gettext("%(first)s to %(last)s of %(all)s") % place,
    }


@register.inclusion_tag("portal/components/cards.html")
def cards(items: Iterable[object]) -> dict[str, object]:
    """Numbers that lead somewhere: items with number, label, url, and perhaps tone and note.

    The tone is attention or quiet, or none.
    """
    return {"items": items}


# --- tables and lists ---


@register.simple_block_tag
def cell(content: str, label: str = "", kind: str = "") -> SafeString:
    """A table cell that still says what it is when its row has become a card.

    The kind is number, nowrap, wide or head (the cell that names its row), or none.
    """
    return render_to_string(
        "portal/components/cell.html",
        {"content": content, "label": label, "kind": kind},
    )


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """One line of a description list, inside `<dl class="facts">`."""
    return render_to_string("portal/components/fact.html", {"content": content, "label": label})


@register.inclusion_tag("portal/components/papers.html")
def papers(items: Iterable[object]) -> dict[str, object]:
    """The papers of a file, newest version as given, each with its hash and a link to fetch it."""
    return {"items": items}


@register.inclusion_tag("portal/components/trail.html")
def trail(entries: Iterable[object]) -> dict[str, object]:
    """Who did what and when."""
    return {"entries": entries}


# --- cases ---


@register.inclusion_tag("portal/components/case_header.html")
def case_header(
    number: str,
    title: str,
    state: str,
    *,
    state_label: str = "",
    kind: str = "",
    nation: str = "",
    value: Decimal | None = None,
    currency: str = "JPY",
    turn: str = "",
    due_on: date | None = None,
    is_late: bool = False,
) -> dict[str, object]:
    """The cover of a file: which one, whose, where it stands, its worth, whose turn it is."""
    return {
        "number": number,
        "title": title,
        "state": state,
        "state_label": state_label,
        "kind": kind,
        "nation": nation,
        "value": value,
        "currency": currency,
        "turn": turn,
        "due_on": due_on,
        "is_late": is_late,
    }


@register.inclusion_tag("portal/components/progress.html")
def progress(marks: Iterable[object]) -> dict[str, object]:
    """The way of a case and where it stands: items with state, label, is_done, is_current."""
    return {"marks": list(marks)}


@register.inclusion_tag("portal/components/steps.html")
def steps(
    choices: Iterable[Choice],
    *,
    turn: str = "",
    version: int | None = None,
    open_step: str = "",
    proof: object = None,
) -> dict[str, object]:
    """What can be done with this case now, and what cannot yet with the reason.

    The version goes along with each step, so that nobody acts on a file that has changed since.
    A `proof` is the question who one is, inside the open step's form.
    """
    offered = list(choices)
    for choice in offered:
        if choice.form is not None:
            # Two steps may both ask for a reason; each field still needs an id of its own.
            choice.form.auto_id = f"{choice.name}-%s"
    can_be_taken = [choice for choice in offered if not choice.why_not]
    return {
        "open": can_be_taken,
        "main": next((c.name for c in can_be_taken if getattr(c, "moves", True)), ""),
        "refused": [choice for choice in offered if choice.why_not],
        "turn": turn,
        "version": version,
        "open_step": open_step,
        "proof": proof,
    }


# --- forms ---


def _dress(bound: BoundField) -> SafeString:
    widget = bound.field.widget
    if isinstance(widget, DateInput) and widget.input_type == "text":
        widget.input_type = "date"
    is_option = getattr(widget, "input_type", "") in {"checkbox", "radio"}
    own = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {} if is_option else {"class": f"input {own}".strip()}
    return bound.as_widget(attrs=attrs)


@register.inclusion_tag("portal/components/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """A field with its label, whether it must be filled, its hint, its faults and its control."""
    return {
        "field": bound,
        "control": _dress(bound),
        "is_checkbox": isinstance(bound.field.widget, CheckboxInput),
        "is_group": bound.use_fieldset,
        "described_by": bound.aria_describedby,
    }


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """Only the input, for places that bring their own label."""
    return _dress(bound)


@register.inclusion_tag("portal/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """Every fault of a form at its top, each a link to the field that can be mended."""
    faults = [FieldError(message=str(message)) for message in form.non_field_errors()]
    for bound in form:
        first = f"{bound.auto_id}_0" if bound.use_fieldset else bound.id_for_label
        anchor = "" if bound.is_hidden else first
        faults += [
            FieldError(message=str(text), anchor=anchor, label=str(bound.label))
            for text in bound.errors
        ]
    return {"faults": faults}


@register.inclusion_tag("portal/components/form_body.html")
def form_body(form: BaseForm) -> dict[str, object]:
    """All of a form but its frame and buttons.

    A form with `fieldsets` = [(legend, [names])] is shown by them; what they forget comes last,
    so that no required field can stay hidden.
    """
    groups = [
        (legend, [form[name] for name in names]) for legend, names in getattr(form, "fieldsets", ())
    ]
    grouped = {bound.name for _, fields in groups for bound in fields}
    others = [bound for bound in form.visible_fields() if bound.name not in grouped]
    return {"form": form, "groups": groups, "fields": others}


@register.inclusion_tag("portal/components/form.html")
def form(
    form: BaseForm,
    label: str,
    *,
    action: str = "",
    cancel: str = "",
    confirm: str = "",
    kind: str = "primary",
    proof: object = None,
    form_id: str = "",
) -> dict[str, object]:
    """A whole form that posts; `cancel` is the address of the way back, if there is one.

    A `proof` is the question who one is, above the button.
    """
    return {
        "form": form,
        "label": label,
        "action": action,
        "cancel": cancel,
        "confirm": confirm,
        "kind": kind,
        "proof": proof,
        "form_id": form_id,
    }


@register.inclusion_tag("portal/components/lines.html")
def lines(formset: BaseFormSet[Any], caption: str = "", heading: str = "") -> dict[str, object]:
    """A formset as a table of inputs; `row_title` of each form heads its row under `heading`."""
    return {
        "formset": formset,
        "caption": caption,
        "heading": heading,
        "columns": [
            bound for bound in formset.empty_form.visible_fields() if bound.name != "DELETE"
        ],
        "can_delete": formset.can_delete,
    }


@register.inclusion_tag("portal/components/filters.html", takes_context=True)
def filters(context: template.Context, form: BaseForm, target: str = "") -> dict[str, object]:
    """A search bar from a GET form; with an element's id as `target`, only that part is renewed."""
    request = context.get("request")
    return {"form": form, "target": target, "path": request.path if request else ""}
