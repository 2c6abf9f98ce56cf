"""What a person may type in the case room; pages and API validate with the same forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import actions, adviser, charges, line_tables, standard_notes, waivers
from cases.fields import (
    ArticleLinesField,
    CeilingsField,
    ChangedLinesField,
    LineArticlesField,
    LineChoiceField,
    LineCostsField,
    LineEstimatesField,
    LinePricesField,
    LineQuantitiesField,
    LineTermsField,
    OrderedLinesField,
    TableOfLinesField,
)
from cases.groups import OfferGroup
from cases.kinds import RULES, KindOfCase
from cases.models import (
    Bill,
    Change,
    Contract,
    Indication,
    Question,
    Quote,
    Request,
    Requisition,
    ReturnReason,
    Subcontract,
)
from cases.models.change import Kind
from cases.models.estimate import ASKED
from cases.models.liability import is_a_curve
from cases.models.request import (
    AnswerWanted,
    DualUse,
    Offset,
    Packing,
    PaymentWish,
    Purpose,
    Support,
    TermsOfSale,
    Transport,
    Waiver,
)
from cases.pricing import STOCK
from cases.terms import codes_of_lines
from documents import sheets
from documents.fields import SIGNED, PaperField, WithHandling
from exports.models.shipment import Mode, packed_quantities
from industry.models import Article, ArticlePrice
from ledger.money import currencies, exact, exponent, written
from partners.models import Nation, Organisation
from workflow.forms import StepForm, WithReason, asks, not_in_future, not_past, reads_as_it_is

LONGEST_IN_A_LIST = 80


def whole_units(amount: Decimal, currency: str) -> Decimal:
    """Refuse fractions that the currency does not have."""
    if amount != round(amount, exponent(currency)):
        raise forms.ValidationError(
            _t("%(currency)s has no such fraction. Give at most %(places)s decimals.")
            % {"currency": currency, "places": exponent(currency)}
        )
    return amount


def capitalised(
    options: type[models.TextChoices], blank: str = ""
) -> Callable[[], list[tuple[str, str]]]:
    """Options of a select as a sentence begins, in the language of the moment: New capability."""

    def now() -> list[tuple[str, str]]:
        named = [(str(option.value), str(capfirst(option.label))) for option in options]
        return [("", blank), *named] if blank else named

    return now


def _unit_prices(lines: Iterable[Any], currency: str) -> dict[int, Decimal]:
    """What stands there already, as somebody would type it, by line."""
    return {line.number: exact(line.unit_price, currency) for line in lines if line.unit_price}


for _method in (
    Request.withdraw,
    Change.restate,
    Change.decline,
    Change.withdraw,
    Contract.decline,
    Contract.cancel,
    Contract.suspend,
    Contract.resume,
    Subcontract.reject_delivery,
    Subcontract.cancel,
    Subcontract.terminate,
    Quote.decline,
    Bill.void,
    Requisition.refuse,
    Requisition.withdraw,
):
    asks(_method)(WithReason)


# Requests ------------------------------------------------------------------------------------


class Several(forms.MultipleChoiceField):
    """Some of a few choices, shown side by side."""

    def __init__(self, options: type[models.TextChoices], **kwargs: Any) -> None:
        super().__init__(
            choices=capitalised(options),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **kwargs,
        )


def one_of(options: type[models.TextChoices], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=capitalised(options, blank="—"), required=False, **kwargs)


def short(**kwargs: Any) -> forms.CharField:
    return forms.CharField(max_length=200, required=False, **kwargs)


def long(**kwargs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(widget=area, max_length=4000, required=False, **kwargs)


class Details(StepForm):
    """Points of the checklist besides the letter and the lines."""

    purpose = one_of(Purpose, label=_("Purpose"))
    answer_wanted = one_of(
        AnswerWanted,
        label=_("Answer wanted"),
        help_text=_("Price and availability is a first indication; it cannot be accepted."),
    )
    end_user = short(label=_("End user"), help_text=_("The unit that will use the equipment."))
    end_use = long(label=_("End use"))
    sole_source = long(
        label=_("Why from one maker only"),
        help_text=_("Only if you ask for one maker: give the reason."),
    )
    support = Several(
        Support,
        label=_("Support package"),
        help_text=_("What is needed to use the equipment and to keep it in use."),
    )
    spares_years = forms.IntegerField(
        label=_("Initial spares, years"), min_value=1, max_value=30, required=False
    )
    dual_use = Several(
        DualUse,
        label=_("Dual-use technology"),
        help_text=_("Mark it if the equipment contains such technology or is to work with it."),
    )
    concept = long(
        label=_("Operational concept"),
        help_text=_("How it is to be used, and with what it has to work together."),
    )
    needed_by = forms.DateField(label=_("Needed by"), required=False)
    performance_until = forms.DateField(
        label=_("Services until"), help_text=_("The last day of services."), required=False
    )
    delivery_place = short(label=_("Place of delivery"))
    transport = one_of(Transport, label=_("Transport"))
    freight_forwarder = short(label=_("Freight forwarder"))
    packing = one_of(Packing, label=_("Packing"))
    funding = short(label=_("Funding"), help_text=_("Source of the money."))
    terms_of_sale = one_of(TermsOfSale, label=_("Terms of sale"))
    payment_wish = one_of(PaymentWish, label=_("Payment preference"))
    waivers = Several(
        Waiver,
        label=_("Waivers asked for"),
        help_text=_("A waiver is asked for before an offer is accepted."),
    )
    offset = one_of(
        Offset,
        label=_("Offsets"),
        help_text=_("Between you and industry; Japan is no party to them."),
    )
    budget_limit = forms.DecimalField(
        label=_("Budget limit"),
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        required=False,
    )
    budget_currency = forms.CharField(
        label=_("Currency of the budget"),
        help_text=_("Three letters, as JPY or USD."),
        max_length=3,
        required=False,
    )
    offer_by = forms.DateField(label=_("Offer needed by"), required=False)
    validity_days = forms.IntegerField(
        label=_("Validity of the offer wanted, days"), min_value=1, max_value=730, required=False
    )
    release_granted = short(
        label=_("Release already granted"), help_text=_("Number and date of the decision.")
    )
    security_plan = long(
        label=_("Security plan"),
        help_text=_("How you protect what is released. Nothing classified here."),
    )
    signatory = short(
        label=_("Authorised signatory"),
        help_text=_("Name and title of the official who may sign for your government."),
    )
    contact = short(label=_("Point of contact"))
    copies_to = short(label=_("Copies sent to"))
    remarks = long(label=_("Remarks"))

    def prepare(self) -> None:
        if self.case.number:
            self.initial = {name: getattr(self.case, name, None) for name in self.fields}

    def clean_budget_currency(self) -> str:
        currency = str(self.cleaned_data["budget_currency"]).upper()
        if currency and currency not in currencies():
            raise forms.ValidationError(
                _t("No currency “%(code)s” is known. Give a code, as JPY or USD.")
                % {"code": currency}
            )
        return currency

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        limit, currency = given.get("budget_limit"), given.get("budget_currency")
        if limit and currency == "" and "budget_currency" not in self.errors:
            self.add_error("budget_currency", _t("Say in which currency the budget is."))
        if currency and limit is None and "budget_limit" not in self.errors:
            self.add_error("budget_limit", _t("Give the amount of the budget, or no currency."))
        return given


@asks(Request.add_details)
class AddDetails(Details):
    """What is left out stays as it is."""

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        return {
            name: value if name in self.data else getattr(self.case, name)
            for name, value in given.items()
        }


@asks(Request.revise)
@asks(Request.draft)
class WriteRequest(Details):
    fieldsets = (
        (_("Your letter"), ["title", "reference", "reference_date", "purpose", "answer_wanted"]),
        (
            _("What you ask for"),
            ["lines", "lines_file", "sole_source", "support", "spares_years", "dual_use"],
        ),
        (_("Use"), ["end_user", "end_use", "concept"]),
        (
            _("Delivery"),
            [
                *("needed_by", "performance_until", "delivery_place", "transport"),
                *("freight_forwarder", "packing"),
            ],
        ),
        (
            _("Money"),
            [
                *("funding", "terms_of_sale", "payment_wish", "waivers", "offset"),
                *("budget_limit", "budget_currency", "offer_by", "validity_days"),
            ],
        ),
        (
            _("Security and people"),
            [
                *("release_granted", "security_plan", "signatory", "contact", "copies_to"),
                "remarks",
            ],
        ),
    )

    field_order = (
        *("title", "reference", "reference_date", "purpose", "answer_wanted"),
        *("lines", "lines_file"),
    )

    title = forms.CharField(label=_("Title"), max_length=200)
    reference = forms.CharField(
        label=_("Your reference"), help_text=_("The number of your letter."), max_length=60
    )
    reference_date = forms.DateField(label=_("Date of your letter"), required=False)
    lines = ArticleLinesField(
        label=_("Lines"),
        help_text=_(
            "Articles and services, line by line: by catalogue number, by national stock number "
            "or in your own words."
        ),
        required=False,
    )
    lines_file = TableOfLinesField(
        label=_("Lines from a table"),
        help_text=_("XLSX or CSV. Its lines stand in place of those above."),
        required=False,
    )

    def prepare(self) -> None:
        super().prepare()
        self.fields["lines"].set_articles(Article.objects.visible_to(self.person))  # type: ignore[attr-defined]
        if self.case.number:
            self.initial["lines"] = [
                {
                    "article": line.article.catalogue_number if line.article else "",
                    "description": line.description,
                    "quantity": line.quantity,
                    "remark": line.remark,
                }
                for line in self.case.lines.select_related("article")
            ]

    def clean_reference_date(self) -> Any:
        day = self.cleaned_data["reference_date"]
        return day and not_in_future(day)

    def clean_reference(self) -> str:
        return once_per_nation(str(self.cleaned_data["reference"]), self.case)

    def clean_lines_file(self) -> list[dict[str, Any]]:
        """The lines of the table, if there is one."""
        table: Any = self.cleaned_data["lines_file"]
        field: Any = self.fields["lines"]
        return line_tables.lines_in(sheets.rows_of(table.upload), field) if table else []

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if of_table := given.pop("lines_file", None):
            given["lines"] = of_table
        return given


def once_per_nation(reference: str, request: Any, nation: Any = None) -> str:
    """A nation gives each of its letters a reference of its own."""
    twins = Request.objects.filter(nation=nation or request.nation_id, reference=reference)
    if twins.exclude(pk=request.pk).exclude(state="withdrawn").exists():
        raise forms.ValidationError(
            _t("A request with this reference exists already. Give another reference.")
        )
    return reference


class OnPaper(WriteRequest):
    """A letter that came on paper, as the agency writes down what it says."""

    received_on = forms.DateField(label=_("Received on"))

    def clean_received_on(self) -> Any:
        return not_in_future(self.cleaned_data["received_on"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("lines") and not {"lines", "lines_file"} & set(self.errors):
            self.add_error("lines", _t("Add at least one line: what, and how many."))
        return given


@asks(Request.correct_entry)
class CorrectEntry(OnPaper):
    fieldsets = (
        (
            _("The letter"),
            [
                *("received_on", "title", "reference", "reference_date", "purpose"),
                "answer_wanted",
            ],
        ),
        *WriteRequest.fieldsets[1:],
    )


@asks(Request.enter)
class EnterRequest(OnPaper, WithHandling):
    fieldsets = (
        (
            _("The letter"),
            [
                *("nation", "letter", "handling", "received_on", "title", "reference"),
                *("reference_date", "purpose", "answer_wanted"),
            ],
        ),
        *WriteRequest.fieldsets[1:],
    )

    nation = forms.ModelChoiceField(
        Nation.objects.order_by("code"), label=_("Nation"), to_field_name="code"
    )
    letter = PaperField(
        types=SIGNED,
        label=_("Letter of request"),
        help_text=_("The signed letter, as PDF or image."),
    )

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("nation") and given.get("reference"):
            try:
                once_per_nation(given["reference"], self.case, given["nation"])
            except forms.ValidationError as error:
                self.add_error("reference", error)
        return given


@asks(Request.copy)
class CopyRequest(StepForm):
    reference = WriteRequest.base_fields["reference"]
    reference_date = WriteRequest.base_fields["reference_date"]
    answer_wanted = WriteRequest.base_fields["answer_wanted"]

    def prepare(self) -> None:
        """After an indication comes the offer."""
        was = self.case.answer_wanted
        is_indicated = was == AnswerWanted.PRICE_AND_AVAILABILITY and self.case.state == "answered"
        self.fields["answer_wanted"].initial = AnswerWanted.OFFER if is_indicated else was

    def clean_answer_wanted(self) -> Any:
        """Left out of a body it is what stands before the nation."""
        given = self.cleaned_data["answer_wanted"]
        return given if "answer_wanted" in self.data else self.fields["answer_wanted"].initial

    def clean_reference_date(self) -> Any:
        day = self.cleaned_data["reference_date"]
        return day and not_in_future(day)

    def clean_reference(self) -> str:
        return once_per_nation(
            str(self.cleaned_data["reference"]), Request(nation=self.case.nation)
        )


class WithCodedReason(StepForm):
    """A code for the count, and words for whoever reads it."""

    use: ReturnReason.Use

    code = forms.ModelChoiceField(
        ReturnReason.objects.none(), label=_("Kind of reason"), to_field_name="code"
    )
    reason = forms.CharField(
        label=_("In words"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def prepare(self) -> None:
        today = timezone.localdate()
        rows = ReturnReason.objects.on(today).filter(use=self.use)
        self.fields["code"].queryset = rows  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"].code)


@asks(Request.explain_delay)
@asks(Contract.explain_delay)
class ExplainDelay(WithCodedReason):
    use = ReturnReason.Use.DELAY


@asks(Request.set_group)
class SetGroup(WithReason):
    offer_group = forms.ChoiceField(label=_("Offer group"), choices=capitalised(OfferGroup))
    promised_on = forms.DateField(
        label=_("Day agreed"),
        help_text=_("Only for group D, which has a day of its own."),
        required=False,
    )

    field_order = ("offer_group", "promised_on", "reason")

    def prepare(self) -> None:
        self.fields["offer_group"].initial = self.case.offer_group
        self.fields["promised_on"].initial = self.case.promised_on

    def clean_promised_on(self) -> Any:
        day = self.cleaned_data["promised_on"]
        return day and not_past(day)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "offer_group" not in given or "promised_on" not in given:
            return given
        is_own = given["offer_group"] == OfferGroup.D
        if is_own and not given["promised_on"]:
            self.add_error("promised_on", _t("Give the day that was agreed."))
        if not is_own and given["promised_on"]:
            self.add_error("promised_on", _t("Only group D has a day of its own. Leave it empty."))
        return given


@asks(Request.return_for_correction)
class ReturnRequest(WithCodedReason):
    use = ReturnReason.Use.RETURN


@asks(Request.propose_negative_answer)
class ProposeNegativeAnswer(WithCodedReason):
    use = ReturnReason.Use.DECLINE


@asks(Request.transfer)
class TransferRequest(WithReason):
    into = forms.ModelChoiceField(
        Request.objects.none(),
        label=_("Request in which it goes on"),
        help_text=_("Of the same nation and under the same label, submitted or actionable."),
        to_field_name="number",
    )
    field_order = ("into", "reason")

    def prepare(self) -> None:
        field: Any = self.fields["into"]
        live = Request.objects.visible_to(self.person).filter(state__in=["submitted", "actionable"])
        same = live.filter(nation=self.case.nation_id, handling=self.case.handling)
        field.queryset = same.exclude(pk=self.case.pk)
        field.label_from_instance = lambda request: (
            f"{request.number} {request.title} ({request.reference})"
        )


@asks(Request.ask_the_nation)
class AskTheNation(StepForm):
    question = forms.CharField(
        label=_("Question"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000
    )
    due_on = forms.DateField(label=_("Answer by"))

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        return day and not_past(day)


@asks(Request.ask_the_agency)
class AskTheAgency(AskTheNation):
    due_on = forms.DateField(
        label=_("Answer by"), help_text=_("If you need the answer by a day."), required=False
    )


class AnswerQuestion(StepForm):
    """Of the questions that a side has open, one is answered."""

    side: Question.Side

    number = forms.TypedChoiceField(label=_("Question"), coerce=int, choices=())
    answer = forms.CharField(
        label=_("Answer"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000
    )

    def prepare(self) -> None:
        self.fields["number"].choices = [  # type: ignore[attr-defined]
            (one.number, f"{one.number}: {Truncator(one.text).chars(LONGEST_IN_A_LIST)}")
            for one in self.case.open_questions(self.side)
        ]


@asks(Request.answer_the_agency)
class AnswerTheAgency(AnswerQuestion):
    side = Question.Side.AGENCY


@asks(Request.answer_the_nation)
class AnswerTheNation(AnswerQuestion):
    side = Question.Side.NATION


@asks(Request.identify_lines)
class IdentifyLines(StepForm):
    articles = LineArticlesField(
        label=_("Articles"), help_text=_("Leave a line empty that you cannot identify yet.")
    )

    def prepare(self) -> None:
        unknown = self.case.lines.filter(article=None)
        self.fields["articles"].set_lines(  # type: ignore[attr-defined]
            (line.number, line.description, line.quantity) for line in unknown
        )


@asks(Request.attach_letter)
class AttachLetter(WithHandling):
    letter = PaperField(
        types=SIGNED,
        label=_("Letter of request"),
        help_text=_("The signed letter, as PDF or image."),
    )


@asks(Request.attach_file)
class AttachFile(WithHandling):
    subject = forms.CharField(label=_("What it is"), max_length=120, validators=[reads_as_it_is])
    file = PaperField(label=_("File"))


# Price and availability ----------------------------------------------------------------------


asks(Indication.cancel)(WithReason)


@asks(Indication.estimate)
class EstimateIndication(StepForm):
    lines = LineEstimatesField(
        label=_("Rough prices and availability"),
        help_text=_("Months from the acceptance of a contract to the handover."),
    )
    remarks = long(label=_("Assumptions"), help_text=_("The nation reads them on the paper."))

    def prepare(self) -> None:
        lines = list(self.case.lines.select_related("article"))
        field: Any = self.fields["lines"]
        field.currency = self.case.currency
        field.set_lines((line.number, line.article.name, line.quantity) for line in lines)
        prices = ArticlePrice.objects.on(timezone.localdate()).filter(currency=self.case.currency)
        known = {
            price.article_id: price
            for price in prices.filter(article__in=[line.article_id for line in lines])
        }
        field.initial = {
            line.number: self._estimate(line, known.get(line.article_id)) for line in lines
        }
        self.fields["remarks"].initial = self.case.remarks

    def _estimate(self, line: Any, price: ArticlePrice | None) -> dict[str, Any]:
        """What was entered before, else what the catalogue knows."""
        if line.unit_price:
            price_then = exact(line.unit_price, self.case.currency)
            return {"unit_price": price_then, "months": line.months, "basis": line.basis}
        return {
            "unit_price": exact(price.amount, price.currency) if price else "",
            "months": line.article.lead_months or "",
            "basis": price.basis if price else "",
        }


# Contracts -----------------------------------------------------------------------------------


@asks(Contract.open_subcontract)
class OpenSubcontract(StepForm):
    subject = forms.CharField(label=_("Subject"), max_length=200)
    lines = LineChoiceField(label=_("Lines to buy"))

    def prepare(self) -> None:
        self.fields["subject"].initial = self.case.title
        taken = actions.lines_being_bought(self.case)
        lines = self.case.supplied().select_related("article").exclude(number__in=taken)
        lines = lines.exclude(source__in=STOCK)
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (line.number, f"{line.number}: {line.article.name} × {line.quantity}") for line in lines
        ]
        self.fields["lines"].initial = [line.number for line in lines]


@asks(Contract.choose_kind)
class ChooseKind(StepForm):
    kind_of_case = forms.ChoiceField(label=_("Kind of case"), choices=capitalised(KindOfCase))
    builds_on = forms.CharField(
        label=_("Case of part I"),
        help_text=_("Number of the case whose stock is drawn upon. Only for part II."),
        max_length=32,
        required=False,
    )

    def prepare(self) -> None:
        base = self.case.builds_on
        self.fields["kind_of_case"].initial = self.case.kind_of_case
        self.fields["builds_on"].initial = base.number if base else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "kind_of_case" not in given or "builds_on" not in given:
            return given
        wanted = RULES[KindOfCase(given["kind_of_case"])].builds_on
        if wanted is None and given["builds_on"]:
            self.add_error(
                "builds_on", _t("A case of this kind builds on no other. Leave it empty.")
            )
        if wanted is not None and not self._is_there(given["builds_on"], wanted):
            self.add_error(
                "builds_on", _t("Give the number of a case of part I of the same nation.")
            )
        return given

    def _is_there(self, number: str, kind: KindOfCase) -> bool:
        found = Contract.objects.filter(number=number, nation=self.case.nation_id)
        return found.filter(kind_of_case=kind).exists()


@asks(Contract.set_ceilings)
class SetCeilings(StepForm):
    ceilings = CeilingsField(
        label=_("Ceilings"), help_text=_("What requisitions may draw in all, line by line.")
    )

    def prepare(self) -> None:
        lines = list(self.case.lines.select_related("article"))
        field: Any = self.fields["ceilings"]
        field.currency = self.case.currency
        field.set_lines((line.number, line.article.name, 1) for line in lines)
        field.initial = _unit_prices(lines, self.case.currency)


@asks(Contract.order)
class OrderAgainstCeiling(StepForm):
    under = forms.ChoiceField(label=_("Ceiling"))
    lines = OrderedLinesField(label=_("Lines"), help_text=_("A weapon needs a request of its own."))
    reference = forms.CharField(label=_("Own reference"), max_length=100)
    needed_by = forms.DateField(label=_("Needed by"), required=False)

    def prepare(self) -> None:
        ceilings = self.case.lines.filter(under=None, quantity__gt=0).select_related("article")
        self.fields["under"].choices = [  # type: ignore[attr-defined]
            (str(line.number), self._left_of(line)) for line in ceilings
        ]
        field: Any = self.fields["lines"]
        field.set_articles(
            Article.objects.visible_to(self.person).filter(kind__in=self.case.asks.articles)
        )

    def _left_of(self, line: Any) -> str:
        left = written((line.amount or Decimal(0)) - line.drawn, self.case.currency)
        return _t("%(line)s: %(name)s, %(left)s left") % {
            "line": line.number,
            "name": line.article.name,
            "left": left,
        }

    def clean_needed_by(self) -> Any:
        day = self.cleaned_data["needed_by"]
        return day and not_past(day)


@asks(Requisition.price)
class PriceRequisition(StepForm):
    lines = LinePricesField(label=_("Unit prices"))
    basis = forms.CharField(
        label=_("Where the price comes from"),
        help_text=_("A price of the catalogue, or the quote of a contractor."),
        max_length=200,
    )

    def prepare(self) -> None:
        lines = list(self.case.lines.select_related("article"))
        field: Any = self.fields["lines"]
        field.currency = self.case.currency
        field.set_lines((line.number, line.article.name, line.quantity) for line in lines)
        field.initial = _unit_prices(lines, self.case.currency)
        self.fields["basis"].initial = self.case.basis


@asks(Contract.record_return)
class RecordReturn(StepForm):
    returned_on = forms.DateField(label=_("Came back on"))
    condition = long(label=_("Condition"), help_text=_("Damage, and what is missing."))

    def prepare(self) -> None:
        self.fields["returned_on"].initial = timezone.localdate()

    def clean_returned_on(self) -> Any:
        return not_in_future(self.cleaned_data["returned_on"])


@asks(Contract.write_terms)
@asks(Change.write_terms)
class WriteTerms(StepForm):
    """Each line's own small form, filled with what stands there."""

    terms = LineTermsField(
        label=_("Terms of the lines"),
        help_text=_("Months after acceptance, or the first and last day of a period."),
    )

    def prepare(self) -> None:
        is_change = isinstance(self.case, Change)
        contract = self.case.contract if is_change else self.case
        lines = [
            line
            for line in (
                self.case.lines_after() if is_change else self.case.lines.select_related("article")
            )
            if line.quantity
        ]
        field: Any = self.fields["terms"]
        field.set_lines((line.number, line.article.name, line.quantity) for line in lines)
        field.set_terms(
            {line.number: line.terms for line in lines},
            codes_of_lines(timezone.localdate()),
            actions.lines_being_bought(contract),
        )
        field.initial = {line.number: line.terms for line in lines}


@asks(Contract.propose_waiver)
class ProposeWaiver(StepForm):
    lines = LineChoiceField(label=_("Lines"))
    charges = forms.MultipleChoiceField(
        label=_("Charges to waive"), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why the charge is not asked for: whoever decides reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )

    def prepare(self) -> None:
        lines = self.case.lines.filter(quantity__gt=0).select_related("article")
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (line.number, f"{line.number}: {line.article.name} × {line.quantity}") for line in lines
        ]
        self.fields["lines"].initial = [line.number for line in lines]
        self.fields["charges"].choices = [  # type: ignore[attr-defined]
            (code, capfirst(name)) for code, name in charges.NAMES.items()
        ]
        self.fields["charges"].initial = waivers.wished(self.case.request)

    @property
    def remark(self) -> str:
        wished = waivers.wished(self.case.request)
        if not wished:
            return ""
        return _t("The nation asks for it: %(charges)s.") % {"charges": charges.in_words(wished)}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("lines") and given.get("charges") and not waivers.forgone(self.case, given):
            self.add_error(
                "charges", _t("These lines bear no such charge: nothing would be waived.")
            )
        return given


@asks(Contract.enter_worksheet)
class EnterWorksheet(StepForm):
    points = forms.CharField(
        label=_("Per cent spent and per cent owed"),
        help_text=_(
            "Of the value, from 0 to 100: 0:0, 45:10, 100:0. Left empty, the standard curve counts."
        ),
        max_length=300,
        required=False,
        validators=[is_a_curve],
    )
    worksheet = forms.CharField(
        label=_("Worksheet"),
        help_text=_("Whose it is, its number and its day."),
        max_length=200,
        required=False,
        validators=[reads_as_it_is],
    )

    def prepare(self) -> None:
        self.fields["points"].initial = self.case.liability_points
        self.fields["worksheet"].initial = self.case.liability_source

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("points")) is not bool(given.get("worksheet")) and not self.errors:
            self.add_error(
                "worksheet", _t("Give the figures together with the worksheet, or neither.")
            )
        return given


@asks(Contract.choose_notes)
@asks(Change.choose_notes)
class ChooseNotes(StepForm):
    notes = forms.MultipleChoiceField(
        label=_("Notes"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def prepare(self) -> None:
        fitting = standard_notes.fitting_for(self.case)
        self.fields["notes"].choices = [  # type: ignore[attr-defined]
            (note.code, str(note)) for note in fitting if not note.is_mandatory
        ]
        self.fields["notes"].initial = self.case.chosen_notes
        self.standing = [str(note) for note in fitting if note.is_mandatory]

    @property
    def remark(self) -> str:
        if not self.standing:
            return ""
        return _t("These always stand there: %(notes)s.") % {"notes": "; ".join(self.standing)}


@asks(Contract.send_offer)
class SendOffer(StepForm):
    expires_on = forms.DateField(
        label=_("Open until"), help_text=_("The last day on which the nation can accept.")
    )

    def prepare(self) -> None:
        self.fields["expires_on"].initial = timezone.localdate() + timedelta(days=60)

    def clean_expires_on(self) -> Any:
        return not_past(self.cleaned_data["expires_on"])


class Extend(StepForm):
    expires_on = forms.DateField(
        label=_("Open until"), help_text=_("The last day on which the nation can accept.")
    )

    def prepare(self) -> None:
        self.fields["expires_on"].initial = self.case.expires_on

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day <= self.case.expires_on:
            raise forms.ValidationError(
                _t("It is open until %(day)s already. Give a later day.")
                % {"day": date_format(self.case.expires_on)}
            )
        return day


for _method in (Contract.extend, Change.extend):
    asks(_method)(Extend)


# Changes of a contract -----------------------------------------------------------------------


@asks(Contract.open_change)
class OpenChange(StepForm):
    """The questions come first: which paper it takes follows from the answers, and they can be overruled."""

    major_equipment = forms.BooleanField(
        label=_("Major equipment is added or taken out"), required=False
    )
    purpose_changes = forms.BooleanField(
        label=_("The original purpose of a line or note changes"),
        help_text=_("The reason decides, not the figure: up or down in value, number or time."),
        required=False,
    )
    nation_must_agree = forms.BooleanField(
        label=_("The nation asks for it, or has to agree to it"),
        help_text=_("More, something new or less at its wish; not a price that industry sets."),
        required=False,
    )
    kind_of_change = forms.ChoiceField(label=_("Paper"), choices=capitalised(Kind, blank="—"))
    departure = forms.CharField(
        label=_("Why not as advised"),
        help_text=_("Only if you choose another paper than your answers ask for."),
        max_length=500,
        required=False,
    )
    purpose = forms.CharField(
        label=_("Purpose of the change"),
        help_text=_("Not only that figures rise: say why. It stands on the paper."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )

    def prepare(self) -> None:
        signed = self.case.accepted_at is not None
        kinds = [kind for kind in Kind if (kind == Kind.RESTATEMENT) is not signed]
        self.fields["kind_of_change"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((kind.value, str(capfirst(kind.label))) for kind in kinds),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "kind_of_change" not in given:
            return given
        advice = actions.advised(self.case, given)
        if given["kind_of_change"] != advice.paper and not given.get("departure"):
            self.add_error(
                "departure",
                _t(
                    "Your answers ask for another paper (%(paper)s): %(why)s Choose it, or say why not."
                )
                % {"paper": PAPERS[advice.paper], "why": _t(advice.why)},
            )
        return given


PAPERS = {
    adviser.Paper.AMENDMENT: Kind.AMENDMENT.label,
    adviser.Paper.MODIFICATION: Kind.MODIFICATION.label,
    adviser.Paper.RESTATEMENT: Kind.RESTATEMENT.label,
    adviser.Paper.NEW_CONTRACT: _("a contract of its own"),
}


@asks(Change.write)
class WriteChange(StepForm):
    lines = ChangedLinesField(
        label=_("Lines as they are to be"),
        help_text=_("0 takes a line out. What is added goes on a new line, at today's rates."),
    )
    termination_cost = forms.DecimalField(
        label=_("Termination cost"),
        help_text=_("What ending a cancelled line costs. Only where something is cancelled."),
        min_value=Decimal("0.01"),
        max_digits=18,
        required=False,
    )
    purpose = OpenChange.base_fields["purpose"]

    def clean_termination_cost(self) -> Decimal | None:
        cost = self.cleaned_data["termination_cost"]
        return cost and whole_units(cost, self.case.currency)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        there = dict(self.case.contract.lines.values_list("number", "quantity"))
        less = any(
            line["quantity"] < there.get(line["number"], 0) for line in given.get("lines", ())
        )
        if given.get("termination_cost") and "lines" in given and not less:
            self.add_error(
                "termination_cost", _t("No line is cancelled, in whole or in part. Leave it empty.")
            )
        return given

    def prepare(self) -> None:
        field: Any = self.fields["lines"]
        contract = self.case.contract
        there = {line.number: line for line in contract.lines.select_related("article")}
        drafted = dict(self.case.lines.values_list("number", "basis"))
        field.currency = self.case.currency
        field.set_contract(
            there,
            actions.lines_being_bought(contract),
            set(drafted) - set(there),
            Article.objects.visible_to(self.person),
        )
        field.initial = [
            {
                "number": line.number,
                "article": line.article.catalogue_number,
                "quantity": line.quantity,
                "unit_price": exact(line.unit_price, field.currency),
                "basis": drafted.get(line.number, ""),
            }
            for line in self.case.lines_after()
        ]
        cost = self.case.termination_cost - contract.termination_cost
        self.fields["termination_cost"].initial = exact(cost, field.currency) if cost else None
        self.fields["purpose"].initial = self.case.purpose


@asks(Change.send)
class SendChange(StepForm):
    expires_on = forms.DateField(
        label=_("Open until"),
        help_text=_("The last day on which the nation can accept. A modification has none."),
        required=False,
    )

    def prepare(self) -> None:
        if self.case.kind_of_change != Kind.MODIFICATION:
            self.fields["expires_on"].required = True
            self.fields["expires_on"].initial = timezone.localdate() + timedelta(days=60)

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day and self.case.kind_of_change == Kind.MODIFICATION:
            raise forms.ValidationError(
                _t("A modification is in effect at once. Leave the day empty.")
            )
        return day and not_past(day)


@asks(Contract.accept)
@asks(Change.sign)
class AcceptOffer(StepForm):
    signed_by = forms.CharField(
        label=_("Signed by"), help_text=_("Name and title of the signatory."), max_length=200
    )


@asks(Contract.record_deposit)
class RecordDeposit(StepForm):
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=18)
    received_on = forms.DateField(label=_("Received on"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def prepare(self) -> None:
        self.fields["amount"].initial = exact(self.case.deposit, self.case.currency)
        self.fields["received_on"].initial = timezone.localdate()

    def clean_amount(self) -> Decimal:
        amount = whole_units(self.cleaned_data["amount"], self.case.currency)
        if amount != self.case.deposit:
            raise forms.ValidationError(
                _t("The initial deposit is %(deposit)s. Record exactly this amount.")
                % {"deposit": written(self.case.deposit, self.case.currency)}
            )
        return amount

    def clean_received_on(self) -> Any:
        return not_in_future(self.cleaned_data["received_on"])


@asks(Contract.record_refund)
class RecordRefund(StepForm):
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=18)
    paid_on = forms.DateField(label=_("Paid on"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def prepare(self) -> None:
        self.fields["amount"].initial = exact(self.case.deposit_left(), self.case.currency)
        self.fields["paid_on"].initial = timezone.localdate()

    def clean_amount(self) -> Decimal:
        amount = whole_units(self.cleaned_data["amount"], self.case.currency)
        if why := self.case.cannot_refund(amount):
            raise forms.ValidationError(why)
        return amount

    def clean_paid_on(self) -> Any:
        return not_in_future(self.cleaned_data["paid_on"])


@asks(Contract.file_end_use_certificate)
class FileEndUseCertificate(WithHandling):
    certificate = PaperField(types=SIGNED, label=_("End-use certificate"))


@asks(Contract.pack_shipment)
class PackShipment(StepForm):
    mode = forms.ChoiceField(label=_("Mode"), choices=capitalised(Mode))
    lines = LineQuantitiesField(
        label=_("Quantities"), help_text=_("Only what leaves now; leave a line empty otherwise.")
    )

    def prepare(self) -> None:
        packed = packed_quantities(self.case.number)
        self.fields["lines"].set_lines(  # type: ignore[attr-defined]
            (line.number, line.article.name, line.quantity - packed.get(line.number, 0))
            for line in self.case.supplied().select_related("article")
        )

    def clean_lines(self) -> dict[int, int]:
        quantities: dict[int, int] = self.cleaned_data["lines"]
        if why := actions.not_inspected(self.case, quantities):
            raise forms.ValidationError(why)
        return quantities


@asks(Contract.draft_bill)
class DraftBill(StepForm):
    amount = forms.DecimalField(label=_("Amount"), max_digits=18)
    due_on = forms.DateField(label=_("Due on"))

    def prepare(self) -> None:
        left = self.case.to_bill() - self.case.billed()
        self.fields["amount"].initial = exact(left, self.case.currency)
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=30)

    def clean_amount(self) -> Decimal:
        amount = whole_units(self.cleaned_data["amount"], self.case.currency)
        if why := self.case.cannot_bill(amount):
            raise forms.ValidationError(why)
        return amount

    def clean_due_on(self) -> Any:
        return not_past(self.cleaned_data["due_on"])


# Subcontracts and quotes ---------------------------------------------------------------------


class Contractors(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Contractors by corporate number: the key a person and the API can both give."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Organisation.objects.filter(kind="contractor"),
            to_field_name="corporate_number",
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


@asks(Subcontract.solicit)
class Solicit(StepForm):
    contractors = Contractors(label=_("Contractors"))
    quote_by = forms.DateField(label=_("Quote by"))
    deliver_by = forms.DateField(label=_("Deliver by"))
    specification = forms.CharField(
        label=_("Specification"), widget=forms.Textarea(attrs={"rows": 4}), max_length=8000
    )

    def prepare(self) -> None:
        self.fields["quote_by"].initial = timezone.localdate() + timedelta(days=30)

    def clean_quote_by(self) -> Any:
        return not_past(self.cleaned_data["quote_by"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        quote_by, deliver_by = given.get("quote_by"), given.get("deliver_by")
        if quote_by and deliver_by and deliver_by <= quote_by:
            self.add_error(
                "deliver_by",
                _t("Delivery must come after the last day for quotes. Give a later day."),
            )
        return given


@asks(Subcontract.estimate)
class EstimateCosts(StepForm):
    lines = LineCostsField(
        label=_("Costs"),
        help_text=_(
            "Of all pieces of the line, in yen without tax. Each step is truncated to whole yen."
        ),
    )

    def prepare(self) -> None:
        lines = list(self.case.lines.select_related("contract_line__article", "estimate"))
        field: Any = self.fields["lines"]
        field.set_lines((line.number, line.article.name, line.quantity) for line in lines)
        field.initial = {
            line.number: {name: getattr(line.estimate, name) for name in ASKED}
            for line in lines
            if hasattr(line, "estimate")
        }


@asks(Subcontract.take_quote)
class TakeQuote(StepForm):
    quote = forms.ModelChoiceField(
        Quote.objects.none(), label=_("Quote"), to_field_name="number", widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def prepare(self) -> None:
        field = self.fields["quote"]
        field.queryset = (  # type: ignore[attr-defined]
            self.case.quotes.filter(state__in=["submitted", "taken", "not_taken"], amount__gt=0)
            .filter(valid_until__gte=timezone.localdate())
            .select_related("contractor")
            .order_by("amount")
        )
        field.label_from_instance = lambda quote: (  # type: ignore[attr-defined]
            f"{quote.number} {quote.contractor}: {quote.currency} "
            f"{quote.amount:,.{exponent(quote.currency)}f}"
        )

    def clean_quote(self) -> Any:
        quote = self.cleaned_data["quote"]
        if self.case.exceeds_estimate(quote.amount):
            raise forms.ValidationError(
                _t("This quote is above the estimated price of %(limit)s. Have it quoted anew.")
                % {"limit": written(self.case.estimated, self.case.currency)}
            )
        return quote


@asks(Subcontract.report_progress)
class ReportProgress(StepForm):
    percent = forms.IntegerField(label=_("Progress (percent)"), min_value=0, max_value=100)
    report = forms.CharField(
        label=_("Report"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def prepare(self) -> None:
        self.fields["percent"].initial = self.case.progress_percent


@asks(Subcontract.report_delivery)
class ReportDelivery(StepForm):
    delivered_on = forms.DateField(label=_("Delivered on"))
    delivery_note = forms.CharField(label=_("Delivery note number"), max_length=60)

    def prepare(self) -> None:
        self.fields["delivered_on"].initial = timezone.localdate()

    def clean_delivered_on(self) -> Any:
        return not_in_future(self.cleaned_data["delivered_on"])


@asks(Subcontract.accept_delivery)
class AcceptDelivery(StepForm):
    inspected_on = forms.DateField(label=_("Inspected on"))
    findings = forms.CharField(
        label=_("Findings"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def prepare(self) -> None:
        self.fields["inspected_on"].initial = timezone.localdate()

    def clean_inspected_on(self) -> Any:
        day = not_in_future(self.cleaned_data["inspected_on"])
        if self.case.delivered_on and day < self.case.delivered_on:
            raise forms.ValidationError(
                _t("Inspected before the delivery of %(day)s. Correct the day.")
                % {"day": date_format(self.case.delivered_on)}
            )
        return day


@asks(Subcontract.send_invoice)
class SendInvoice(WithHandling):
    invoice_number = forms.CharField(label=_("Invoice number"), max_length=40)
    invoice = PaperField(
        types=SIGNED,
        label=_("Qualified invoice"),
        help_text=_("With your registration number (T and 13 digits)."),
    )


@asks(Subcontract.record_payment)
class PaySupplier(StepForm):
    paid_on = forms.DateField(label=_("Paid on"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def prepare(self) -> None:
        self.fields["paid_on"].initial = timezone.localdate()

    def clean_paid_on(self) -> Any:
        return not_in_future(self.cleaned_data["paid_on"])


@asks(Quote.submit)
class SubmitQuote(StepForm):
    lines = LinePricesField(label=_("Unit prices"), help_text=_("Without consumption tax."))
    deliver_on = forms.DateField(label=_("Delivery on"))
    valid_until = forms.DateField(label=_("Quote valid until"))
    remarks = forms.CharField(
        label=_("Remarks"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        required=False,
    )

    def prepare(self) -> None:
        lines = list(self.case.lines.select_related("article"))
        field: Any = self.fields["lines"]
        field.currency = self.case.currency
        field.set_lines((line.number, line.article.name, line.quantity) for line in lines)
        field.initial = _unit_prices(lines, self.case.currency)
        self.fields["deliver_on"].initial = self.case.deliver_on or self.case.deliver_by
        self.fields["valid_until"].initial = self.case.valid_until

    def clean_deliver_on(self) -> Any:
        return not_past(self.cleaned_data["deliver_on"])

    def clean_valid_until(self) -> Any:
        return not_past(self.cleaned_data["valid_until"])


@asks(Quote.extend)
class ExtendQuote(StepForm):
    valid_until = forms.DateField(label=_("Quote valid until"))

    def clean_valid_until(self) -> Any:
        day = not_past(self.cleaned_data["valid_until"])
        if self.case.valid_until and day <= self.case.valid_until:
            raise forms.ValidationError(
                _t("The quote is valid until %(day)s already. Give a later day.")
                % {"day": date_format(self.case.valid_until)}
            )
        return day


# Bills ---------------------------------------------------------------------------------------


@asks(Bill.record_payment)
class RecordBillPayment(StepForm):
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal(0), max_digits=18)
    paid_on = forms.DateField(label=_("Paid on"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def prepare(self) -> None:
        self.fields["amount"].initial = exact(self.case.due, self.case.currency)
        self.fields["paid_on"].initial = timezone.localdate()

    def clean_amount(self) -> Decimal:
        amount = whole_units(self.cleaned_data["amount"], self.case.currency)
        if amount != self.case.due:
            raise forms.ValidationError(
                _t("%(due)s is due on this bill. Record exactly this amount.")
                % {"due": written(self.case.due, self.case.currency)}
            )
        return amount

    def clean_paid_on(self) -> Any:
        return not_in_future(self.cleaned_data["paid_on"])
