"""Sample values for the style guide, the page that shows every component once."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.templatetags.portal import FAMILIES


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label=gettext_lazy("Title of the request"),
        help_text=gettext_lazy("As in the letter."),
    )
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1)
    needed_on = forms.DateField(label=gettext_lazy("Needed by"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of transfer"),
        choices=[
            ("sale", gettext_lazy("Sale")),
            ("grant", gettext_lazy("Official Security Assistance")),
        ],
    )
    route = forms.ChoiceField(
        label=gettext_lazy("Transport"),
        help_text=gettext_lazy("Who books the carrier."),
        choices=[
            ("agency", gettext_lazy("By the agency")),
            ("nation", gettext_lazy("By the nation")),
        ],
        widget=forms.RadioSelect,
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Services wanted"),
        required=False,
        choices=[
            ("training", gettext_lazy("Training")),
            ("spares", gettext_lazy("Spare parts")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    purpose = forms.CharField(
        label=gettext_lazy("End use"), widget=forms.Textarea(attrs={"rows": 4})
    )
    letter = forms.FileField(
        label=gettext_lazy("Letter of request"),
        help_text=gettext_lazy("PDF, at most 20 MB."),
        required=False,
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("This is urgent"), required=False)

    fieldsets: ClassVar = [
        (gettext_lazy("What is asked for"), ["title", "quantity", "needed_on", "kind"]),
        (
            gettext_lazy("How and why"),
            ["route", "services", "purpose", "letter", "is_urgent"],
        ),
    ]


class ReasonForm(forms.Form):
    """What a step asks for."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class OfferForm(forms.Form):
    """What sending an offer asks for."""

    expires_on = forms.DateField(label=gettext_lazy("The offer lapses after"))


class LineForm(forms.Form):
    """One line to be priced."""

    unit_price = forms.DecimalField(label=gettext_lazy("Unit price (JPY)"), min_value=0)
    delivery_on = forms.DateField(label=gettext_lazy("Delivery"))
    remark = forms.CharField(label=gettext_lazy("Remark"), required=False)

    row_title = "FPS-3ME"


class FilterForm(forms.Form):
    """What a list can be searched by."""

    q = forms.CharField(
        label=gettext_lazy("Number, title or item"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("Any")), ("offered", gettext_lazy("Offered"))],
    )
    nation = forms.ChoiceField(
        label=gettext_lazy("Nation"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            ("PH", gettext_lazy("Philippines")),
            ("AU", gettext_lazy("Australia")),
        ],
    )


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A state on the way of a case."""

    state: str
    label: str
    is_done: bool = False
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A step as the gate offers it."""

    name: str
    label: str
    help: str = ""
    why_not: str = ""
    form: forms.Form | None = None
    url: str = "#"
    confirm: bool = False
    turn: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the trail."""

    at: datetime
    who: str
    role: str
    organisation: str
    label: str
    from_state: str
    to_state: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A stored paper."""

    title: str
    version: int
    language: str
    kind: str
    size: int
    sha256: str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    made_at: datetime = datetime(2026, 11, 20, 5, 12, tzinfo=UTC)
    url: str = "#"


@dataclass(frozen=True, kw_only=True)
class Link:
    """Something to follow: a tab, a menu entry or a summary card."""

    label: str
    url: str = "#"
    is_current: bool = False
    count: int | None = None
    number: int = 0
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a contract."""

    number: str
    item: str
    quantity: int
    unit_price: Decimal
    currency: str = "JPY"
    delivery_on: date = date(2027, 9, 30)
    state: str = "in_production"
    total: Decimal = field(init=False)

    def __post_init__(self) -> None:
        """Work out the total, so that the sample adds up."""
        object.__setattr__(self, "total", self.unit_price * self.quantity)


def sample() -> dict[str, Any]:
    """All that the styleguide page shows, in the language of the moment."""
    lines = [
        Line(
            number="01",
            item=_("FPS-3ME fixed air-surveillance radar"),
            quantity=3,
            unit_price=Decimal(2450000000),
        ),
        Line(
            number="02",
            item=_("TPS-P14ME mobile air-surveillance radar"),
            quantity=1,
            unit_price=Decimal(1980000000),
            state="solicited",
        ),
        Line(
            number="03",
            item=_("Discount agreed on initial spares"),
            quantity=1,
            unit_price=Decimal(-12500000),
            state="accepted",
        ),
    ]
    return {
        "handling_label": _("Confidentiality 2: for official use, named handlers only"),
        "families": [(family, names.split()) for family, names in FAMILIES.items()],
        "navigation": _navigation(),
        "summary": _summary(),
        "tab_items": [
            Link(label=_("Overview"), is_current=True),
            Link(label=_("Lines"), count=3),
            Link(label=_("Papers"), count=2),
            Link(label=_("People")),
        ],
        "marks": _marks(),
        "stopped_marks": _stopped_marks(),
        "choices": _choices(),
        "entries": _entries(),
        "paper_items": _papers(),
        "lines": lines,
        "lines_total": sum((line.total for line in lines), Decimal(0)),
        "form": SampleForm({"title": "", "quantity": "0", "kind": "sale"}),
        "line_forms": forms.formset_factory(LineForm, extra=0)(
            initial=[{"unit_price": 2450000000}, {"unit_price": 1980000000}]
        ),
        "filter_form": FilterForm(),
        "due_on": date(2026, 12, 21),
        "value": Decimal(9330000000),
        "full_hash": _papers()[0].sha256,
    }


def _navigation() -> list[Link]:
    return [
        Link(label=_("My desk"), is_current=True, count=4),
        Link(label=_("Requests")),
        Link(label=_("Contracts")),
        Link(label=_("Transfer reviews")),
        Link(label=_("Subcontracts")),
        Link(label=_("Bills")),
    ]


def _summary() -> list[Link]:
    return [
        Link(label=_("Late"), number=2, tone="attention", note=_("oldest since 3 Nov")),
        Link(label=_("Waiting for me"), number=4),
        Link(label=_("Waiting for others"), number=17, tone="quiet"),
        Link(label=_("Due this week"), number=6),
    ]


def _marks() -> list[Mark]:
    return [
        Mark(state="draft", label=_("Draft"), is_done=True),
        Mark(state="under_approval", label=_("Under approval"), is_current=True),
        Mark(state="offered", label=_("Offered")),
        Mark(state="accepted", label=_("Accepted")),
        Mark(state="in_execution", label=_("In execution")),
        Mark(state="delivered", label=_("Delivered")),
        Mark(state="closed", label=_("Closed")),
    ]


def _stopped_marks() -> list[Mark]:
    return [
        Mark(state="draft", label=_("Draft"), is_done=True),
        Mark(state="offered", label=_("Offered"), is_done=True),
        Mark(state="lapsed", label=_("Lapsed"), is_current=True),
    ]


def _choices() -> list[Choice]:
    return [
        Choice(
            name="send_offer",
            label=_("Send the offer"),
            help=_("Put the approved offer to the nation; it lapses after the given day."),
            form=OfferForm(),
            confirm=True,
        ),
        Choice(
            name="return_to_draft",
            label=_("Return to draft"),
            help=_("Send it back to the drafter with the reason."),
            form=ReasonForm({"reason": ""}),
        ),
        Choice(name="cancel", label=_("Cancel the case"), confirm=True),
        Choice(
            name="accept",
            label=_("Accept the offer"),
            why_not=_("The offer has not been sent yet."),
            turn=_("the nation's signatory"),
        ),
        Choice(
            name="close",
            label=_("Close the case"),
            why_not=_("Two bills are not settled. Record their payment first."),
            turn=_("finance"),
        ),
    ]


def _entries() -> list[Entry]:
    return [
        Entry(
            at=datetime(2026, 11, 20, 5, 10, tzinfo=UTC),
            who=_("MORI Akiko"),
            role=_("approver"),
            organisation=_("Transfer Department"),
            label=_("Approve the offer"),
            from_state="under_approval",
            to_state="under_approval",
        ),
        Entry(
            at=datetime(2026, 11, 18, 1, 32, tzinfo=UTC),
            who=_("SATO Kenji"),
            role=_("case manager"),
            organisation=_("Transfer Department"),
            label=_("Ask for approval"),
            from_state="draft",
            to_state="under_approval",
            note=_("Price of line 2 taken from the second quote; delivery three months earlier."),
        ),
        Entry(
            at=datetime(2026, 11, 2, 0, 5, tzinfo=UTC),
            who=_("SATO Kenji"),
            role=_("case manager"),
            organisation=_("Transfer Department"),
            label=_("Open the contract"),
            from_state="",
            to_state="draft",
        ),
    ]


def _papers() -> list[Paper]:
    return [
        Paper(
            title=_("Letter of offer"),
            version=2,
            language=_("Japanese and English"),
            kind=_("Offer"),
            size=184320,
        ),
        Paper(
            title=_("Letter of request"),
            version=1,
            language=_("English"),
            kind=_("Request"),
            size=96256,
        ),
    ]
