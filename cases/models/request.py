"""A request: what a nation asks for, and whether the agency can begin to work on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from approvals import files
from cases import actions, checklist, clocks, deadlines, delays, groups, notices, papers, rules
from cases.groups import OfferGroup
from cases.matters import NEGATIVE_ANSWER
from cases.models.checklist import ChecklistItem, ReturnReason
from cases.models.question import Question
from documents.models import Document
from exports.models import TransferReview
from industry.models import Article
from partners.models import NationCase, NationCaseQuerySet, NationLine
from workflow import handling, walls
from workflow.clocks import Reading
from workflow.deadlines import readings_of
from workflow.rights import by_system
from workflow.steps import Leads, beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    ACTIONABLE = "actionable", _("actionable")
    UNDER_APPROVAL = "under_approval", pgettext_lazy("request", "answer under approval")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", pgettext_lazy("request", "declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    TRANSFERRED = "transferred", pgettext_lazy("request", "continued in another request")


# While the agency has it, or has given it back: questions go to and fro.
TALKED_ABOUT = [State.SUBMITTED, State.RETURNED, State.ACTIONABLE, State.UNDER_APPROVAL]
ASKED = ("partner", _("a question to the nation"))
PROPOSED = ("ours", _("a negative answer is under approval"))
MOST_FILES = 30


class Purpose(models.TextChoices):
    """Why the nation asks, in the words of the mission."""

    NEW_CAPABILITY = "new_capability", _("new capability")
    REPLENISHMENT = "replenishment", _("replenishment of ammunition")
    REPLACEMENT = "replacement", _("replacement of losses")
    SUSTAINMENT = "sustainment", _("sustainment")
    UPGRADE = "upgrade", _("upgrade")
    JOINT_DEVELOPMENT = "joint_development", _("joint development")
    SURPLUS_GRANT = "surplus_grant", _("grant of surplus equipment")
    SECURITY_ASSISTANCE = "security_assistance", _("grant under security assistance")


class AnswerWanted(models.TextChoices):
    PRICE_AND_AVAILABILITY = "price_and_availability", _("price and availability")
    OFFER = "offer", _("letter of offer")
    AMENDMENT = "amendment", _("amendment of a contract")


class Support(models.TextChoices):
    """What is asked for besides the articles, so that they can be used and kept in use."""

    NONE = "none", pgettext_lazy("support", "none")
    SPARES = "spares", _("initial spares")
    EQUIPMENT = "equipment", _("support equipment")
    TECHNICAL_DATA = "technical_data", _("technical data")
    TRAINING = "training", _("training")
    SERVICES = "services", _("services")
    CONTRACTOR = "contractor", _("support by the contractor")


class DualUse(models.TextChoices):
    ARTIFICIAL_INTELLIGENCE = "artificial_intelligence", _("artificial intelligence")
    UNMANNED = "unmanned", _("unmanned")
    AUTONOMOUS = "autonomous", _("autonomous")


class Transport(models.TextChoices):
    COLLECTED = "collected", _("the nation collects at the maker's")
    TO_PORT = "to_port", _("Japan brings it to the port or airport of departure")
    TO_DESTINATION = "to_destination", _("Japan brings it to the destination")


class Packing(models.TextChoices):
    COMMERCIAL = "commercial", pgettext_lazy("packing", "commercial")
    MILITARY = "military", pgettext_lazy("packing", "military")


class TermsOfSale(models.TextChoices):
    WITH_ACCEPTANCE = "with_acceptance", _("cash with acceptance")
    BEFORE_DELIVERY = "before_delivery", _("cash before delivery")
    DEPENDABLE_UNDERTAKING = "dependable_undertaking", _("dependable undertaking")
    ON_DELIVERY = "on_delivery", _("payment on delivery")
    GRANT = "grant", pgettext_lazy("terms", "grant")


class PaymentWish(models.TextChoices):
    USUAL = "usual", _("by the usual schedule")
    LETTER_OF_CREDIT = "letter_of_credit", _("standby letter of credit")
    SPECIAL_BILLING = "special_billing", _("special billing")


class Offset(models.TextChoices):
    NONE = "none", pgettext_lazy("offset", "none intended")
    INTENDED = "intended", pgettext_lazy("offset", "intended with industry")
    UNDECIDED = "undecided", pgettext_lazy("offset", "not decided yet")


class Waiver(models.TextChoices):
    NONRECURRING = "nonrecurring", _("nonrecurring charge")
    ADMINISTRATION = "contract_administration", _("contract administration services")


# Guards --------------------------------------------------------------------------------------


def has_lines(request: Request) -> str:
    """At least one line is asked for."""
    return "" if request.lines.exists() else _t("Add at least one line: what, and how many.")


def has_letter(request: Request) -> str:
    """The nation's letter is attached."""
    if Document.objects.of(request).filter(kind="request_letter").exists():
        return ""
    return _t("Attach the signed letter of request first.")


def has_room_for_files(request: Request) -> str:
    """Not too many files are attached already."""
    if actions.attached(request).count() < MOST_FILES:
        return ""
    return _t("%(most)s files are attached already. Put several into one.") % {"most": MOST_FILES}


def is_addressed(request: Request) -> str:
    """The letter is dated, and says what it is for and who may be asked."""
    missing = [name for name in request.needed_to_submit if not getattr(request, name)]
    return _missing(request, missing) and _t("Missing: %(fields)s. Fill it in first.") % {
        "fields": _missing(request, missing)
    }


def can_be_begun(request: Request) -> str:
    """Nothing is missing without which the agency cannot begin."""
    missing = _missing(request, request.missing_to_begin())
    return missing and _t("Missing: %(fields)s. Return the request with this reason.") % {
        "fields": missing
    }


def is_complete(request: Request) -> str:
    """No point of the checklist is open."""
    missing = [name for p in request.checklist.open_to_be_complete for name in p.missing]
    words = _missing(request, missing)
    return words and _t("Missing: %(fields)s. The nation adds it, or you add it for them.") % {
        "fields": words
    }


def _missing(request: Request, names: list[str]) -> str:
    return ", ".join(request.name_of(name) for name in names)


def is_not_complete(request: Request) -> str:
    """A point of the checklist is still open."""
    return _t("The request is complete already.") if request.complete_at else ""


def came_on_paper(request: Request) -> str:
    """The letter came on paper, and the agency has entered it."""
    if request.received_on:
        return ""
    return _t("The nation wrote this request itself. Return it, so that the nation corrects it.")


def is_not_acknowledged(request: Request) -> str:
    """Its receipt has not been acknowledged yet."""
    return _t("The receipt has been acknowledged already.") if request.acknowledged_at else ""


def lines_are_in_the_catalogue(request: Request) -> str:
    """Each line names an article of the catalogue."""
    unknown = request.lines.filter(article=None).values_list("number", flat=True)
    if not unknown:
        return ""
    return _t("Line %(lines)s names no article of the catalogue. Identify it first.") % {
        "lines": ", ".join(map(str, unknown))
    }


def lines_are_in_words(request: Request) -> str:
    """A line is in words only, and not in the catalogue."""
    return "" if lines_are_in_the_catalogue(request) else _t("Every line names an article already.")


def has_no_live_review(request: Request) -> str:
    """No transfer review is under way or cleared for the request."""
    live = TransferReview.objects.filter(request_number=request.number).exclude(
        state__in=["refused", "expired"]
    )
    return _t("A transfer review has been opened already.") if live.exists() else ""


def has_no_live_contract(request: Request) -> str:
    """The request has not become a contract yet."""
    ended = ["lapsed", "declined", "cancelled"]
    if request.contracts.exclude(state__in=ended).exists():
        return _t("A contract has been opened for this request already.")
    return ""


def has_no_live_indication(request: Request) -> str:
    """No price and availability is being prepared for the request."""
    if _live_indication(request) is None:
        return ""
    return _t("A price and availability is being prepared: send or cancel it first.")


def no_offer_is_wanted(request: Request) -> str:
    """The nation does not ask for a letter of offer or an amendment."""
    if request.answer_wanted in {"", AnswerWanted.PRICE_AND_AVAILABILITY}:
        return ""
    return _t("The nation asks for another answer: %(answer)s.") % {
        "answer": request.get_answer_wanted_display()
    }


def _live_indication(request: Any) -> Any:
    return request.indications.filter(state__in=["draft", "under_approval"]).first()


def agency_has_asked(request: Request) -> str:
    """A question of the agency waits for the nation's answer."""
    if request.open_questions(Question.Side.AGENCY):
        return ""
    return _t("No question of the agency is open.")


def nation_has_asked(request: Request) -> str:
    """A question of the nation waits for the agency's answer."""
    if request.open_questions(Question.Side.NATION):
        return ""
    return _t("No question of the nation is open.")


def an_answer_is_late(request: Request) -> str:
    """The last day for an answer has passed, and nobody has been reminded of it."""
    late = any(one.is_late and one.reminded_at is None for one in request.questions.all())
    return "" if late else _t("No answer is late.")


class RequestQuerySet(NationCaseQuerySet):
    def shown_to_agency(self) -> Self:
        """What a nation is still drafting is its own business."""
        return self.exclude(state=State.DRAFT)

    def shown_to_nation(self) -> Self:
        return self

    def asked_by(self, side: Question.Side) -> Self:
        """Those about which a question of a side waits for the other's answer."""
        open_ones = Question.objects.filter(asked_by=side, answered_at=None)
        return self.filter(state__in=TALKED_ABOUT, pk__in=open_ones.values("request"))


class Request(NationCase):
    number_letter = "R"

    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    # the letter
    reference = models.CharField(_("own reference"), max_length=60)
    reference_date = models.DateField(_("date of the letter"), null=True, blank=True)
    received_on = models.DateField(_("received on paper"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, blank=True)
    answer_wanted = models.CharField(
        _("answer wanted"), max_length=30, choices=AnswerWanted, blank=True
    )
    # what is asked for
    end_user = models.CharField(_("end user"), max_length=200, blank=True)
    end_use = models.TextField(_("end use"), blank=True)
    sole_source = models.TextField(_("why from one maker only"), blank=True)
    support = models.JSONField(_("support package"), default=list, blank=True)
    spares_years = models.PositiveSmallIntegerField(
        _("initial spares, years"), null=True, blank=True
    )
    dual_use = models.JSONField(_("dual-use technology"), default=list, blank=True)
    concept = models.TextField(_("operational concept"), blank=True)
    # when and how it is delivered
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    performance_until = models.DateField(_("services until"), null=True, blank=True)
    delivery_place = models.CharField(_("place of delivery"), max_length=200, blank=True)
    transport = models.CharField(_("transport"), max_length=20, choices=Transport, blank=True)
    freight_forwarder = models.CharField(_("freight forwarder"), max_length=200, blank=True)
    packing = models.CharField(_("packing"), max_length=20, choices=Packing, blank=True)
    # money
    funding = models.CharField(_("funding"), max_length=200, blank=True)
    terms_of_sale = models.CharField(
        _("terms of sale"), max_length=30, choices=TermsOfSale, blank=True
    )
    payment_wish = models.CharField(
        _("payment preference"), max_length=20, choices=PaymentWish, blank=True
    )
    waivers = models.JSONField(_("waivers asked for"), default=list, blank=True)
    offset = models.CharField(_("offsets"), max_length=20, choices=Offset, blank=True)
    budget_limit = models.DecimalField(
        _("budget limit"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    budget_currency = models.CharField(_("currency of the budget"), max_length=3, blank=True)
    offer_by = models.DateField(_("offer needed by"), null=True, blank=True)
    validity_days = models.PositiveSmallIntegerField(
        _("validity of the offer wanted, days"), null=True, blank=True
    )
    # security and people
    release_granted = models.CharField(_("release already granted"), max_length=200, blank=True)
    security_plan = models.TextField(_("security plan"), blank=True)
    signatory = models.CharField(_("authorised signatory"), max_length=200, blank=True)
    contact = models.CharField(_("point of contact"), max_length=200, blank=True)
    copies_to = models.CharField(_("copies sent to"), max_length=200, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    # what has become of it
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    acknowledged_at = models.DateTimeField(_("receipt acknowledged"), null=True, editable=False)
    actionable_at = models.DateTimeField(_("actionable"), null=True, editable=False)
    complete_at = models.DateTimeField(_("complete"), null=True, editable=False)
    offer_group = models.CharField(
        _("offer group"), max_length=1, choices=OfferGroup, blank=True, default="", db_default=""
    )
    promised_on = models.DateField(_("day agreed for the offer"), null=True)
    answer_expected_on = models.DateField(_("answer expected by"), null=True, editable=False)
    proposed_code = models.CharField(_("code of the reason proposed"), max_length=40, blank=True)
    proposed_reason = models.TextField(_("reason proposed"), blank=True)
    continued_in = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="continues",
        verbose_name=_("continued in"),
        null=True,
        editable=False,
    )
    return_code = models.CharField(_("code of the reason"), max_length=40, blank=True)
    return_reason = models.TextField(_("reason of the return"), blank=True)

    objects = RequestQuerySet.as_manager()

    matters = (NEGATIVE_ANSWER,)
    states_not_taken = (State.UNDER_APPROVAL,)  # unless Japan declines

    wall = walls.of_nation(search=True, names="lines__article")

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["nation", "-opened_at"],
                include=["number", "state"],
                name="cases_request_of_nation",
            ),
            models.Index(
                fields=["changed_at"],
                condition=Q(state__in=["submitted", "actionable"]),
                name="cases_request_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_request_known_state"
            ),
            handling.known("cases_request"),
            models.UniqueConstraint(
                fields=["nation", "reference"],
                condition=~Q(state="withdrawn"),
                name="cases_request_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(actionable_at=None) | Q(submitted_at__isnull=False),
                name="cases_request_actionable_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(complete_at=None) | Q(actionable_at__isnull=False),
                name="cases_request_complete_is_actionable",
            ),
            models.CheckConstraint(
                condition=Q(budget_limit=None, budget_currency="")
                | (Q(budget_limit__isnull=False, budget_limit__gt=0) & ~Q(budget_currency="")),
                name="cases_request_budget_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="transferred", continued_in__isnull=False)
                | (~Q(state="transferred") & Q(continued_in=None)),
                name="cases_request_transferred_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(continued_in=models.F("id")),
                name="cases_request_continued_elsewhere",
            ),
            models.CheckConstraint(
                condition=~Q(state="under_approval")
                | (~Q(proposed_code="") & ~Q(proposed_reason="")),
                name="cases_request_proposed_with_reason",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Draft a request"), may=rules.requester, books=[actions.write_request_lines])
    def draft(cls, *, nation_id: str, lines: list[dict[str, Any]], **asked: Any) -> Any:
        """Write down what the nation asks for; nobody else sees it before it is submitted."""
        return cls(nation_id=nation_id, **asked)  # type: ignore[operator]

    @beginning(
        label=_("Enter a letter of request"),
        may=rules.desk,
        books=[
            actions.write_request_lines,
            actions.receive("request_letter", _("Letter of request"), for_nation=True),
        ],
        then=[notices.request_entered],
        clocks=[clocks.ACKNOWLEDGING.starts, clocks.VALIDATING.starts],
    )
    def enter(
        cls, *, nation: Any, letter: Any, lines: list[dict[str, Any]], handling: str, **asked: Any
    ) -> Any:
        """A letter has come on paper: write down what it says; the nation sees what you wrote."""
        return cls(  # type: ignore[operator]
            nation=nation, state=State.SUBMITTED, submitted_at=timezone.now(), **asked
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=[State.DRAFT, State.RETURNED],
        label=_("Edit the request"),
        may=rules.requester,
        books=[actions.write_request_lines],
    )
    def revise(self, *, lines: list[dict[str, Any]], **asked: Any) -> None:
        """Change what is asked for, as long as the agency does not have it."""
        self.write(asked)

    @step(
        state,
        source=State.SUBMITTED,
        label=_("Correct the entry"),
        may=rules.desk,
        when=[came_on_paper],
        books=[actions.write_request_lines],
    )
    def correct_entry(self, *, lines: list[dict[str, Any]], **asked: Any) -> None:
        """Make what was entered say what the letter on paper says."""
        self.write(asked)

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE],
        label=_("Add what is missing"),
        may=rules.requester_or_desk,
        when=[is_not_complete],
    )
    def add_details(self, **asked: Any) -> None:
        """Fill in points of the checklist while the agency works on the request."""
        self.write(asked)

    @step(
        state,
        source=list(State),
        label=_("Copy to a new request"),
        may=rules.requester,
        awaited=False,
        books=[actions.copy_request],
    )
    def copy(self, *, reference: str, reference_date: date | None, answer_wanted: str) -> None:
        """Begin a new request with all that stands in this one, under a reference of its own."""

    @step(
        state,
        source=[State.DRAFT, State.RETURNED],
        label=_("Attach the letter"),
        may=rules.requester,
        books=[actions.receive("request_letter", _("Letter of request"), for_nation=True)],
    )
    def attach_letter(self, *, letter: Any, handling: str = "") -> None:
        """Attach the signed letter of request, or a newer version of it."""

    @step(
        state,
        source=[State.DRAFT, State.RETURNED, State.SUBMITTED, State.ACTIONABLE],
        label=_("Attach another file"),
        may=rules.requester_or_desk,
        when=[has_room_for_files],
        books=[actions.attach],
    )
    def attach_file(self, *, subject: str, file: Any, handling: str = "") -> None:
        """A statement of work, a drawing, a list: whatever explains the request to both sides."""

    @step(
        state,
        source=[State.DRAFT, State.RETURNED],
        target=State.SUBMITTED,
        label=_("Submit"),
        may=rules.requester,
        when=[has_lines, is_addressed, has_letter],
        then=[notices.request_submitted],
        duty="request:submit",
        clocks=[clocks.ACKNOWLEDGING.starts, clocks.VALIDATING.starts],
    )
    def submit(self) -> None:
        """Send the request to the agency."""
        self.submitted_at, self.acknowledged_at = timezone.now(), None

    @step(
        state,
        source=State.SUBMITTED,
        label=_("Acknowledge receipt"),
        may=rules.desk,
        when=[is_not_acknowledged],
        then=[notices.request_acknowledged],
        clocks=[clocks.ACKNOWLEDGING.stops],
    )
    def acknowledge(self) -> None:
        """Tell the nation that its request has arrived and who looks after it."""
        self.acknowledged_at = timezone.now()

    @step(
        state,
        source=State.SUBMITTED,
        target=State.ACTIONABLE,
        label=_("Accept as actionable"),
        may=rules.desk,
        when=[can_be_begun],
        books=[actions.expect_answer],
        then=[notices.request_actionable],
        clocks=[clocks.ACKNOWLEDGING.stops, clocks.VALIDATING.stops, clocks.ANSWERING.starts],
    )
    def accept_as_actionable(self) -> None:
        """The agency can begin to work on the request, even if details are still to come."""
        now = timezone.now()
        self.offer_group = groups.proposed(self)
        self.return_code = self.return_reason = ""
        self.actionable_at, self.acknowledged_at = now, self.acknowledged_at or now
        if not self.checklist.open_to_be_complete:
            self.complete_at = now

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Set the offer group"),
        awaited=False,
        may=rules.case_manager,
        books=[actions.expect_answer],
        then=[notices.request_promised],
    )
    def set_group(self, *, offer_group: str, promised_on: date | None, reason: str) -> None:
        """Say how difficult the offer is: the day on which the nation can expect it follows."""
        self.offer_group, self.promised_on = offer_group, promised_on

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE, State.UNDER_APPROVAL],
        label=_("Say why it is late"),
        may=rules.case_manager,
        when=[delays.waits_for_a_reason],
        books=[delays.name_the_runs],
    )
    def explain_delay(self, *, code: str, reason: str) -> None:
        """A day by which the agency should have acted has passed: say whose fault it is, and why."""

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Record as complete"),
        awaited=False,
        may=rules.desk,
        when=[is_not_complete, is_complete],
    )
    def record_as_complete(self) -> None:
        """No point of the checklist is open any more."""
        self.complete_at = timezone.now()

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE],
        label=_("Identify lines"),
        awaited=False,
        may=rules.desk,
        when=[lines_are_in_words],
        books=[actions.identify_lines],
    )
    def identify_lines(self, *, articles: dict[int, Any]) -> None:
        """Say which article of the catalogue a line in the nation's own words stands for."""

    @step(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        label=_("Return for correction"),
        may=rules.desk,
        then=[notices.request_returned],
        clocks=[clocks.ACKNOWLEDGING.stops, clocks.VALIDATING.stops],
    )
    def return_for_correction(self, *, code: str, reason: str) -> None:
        """Give the request back to the nation and say what has to be supplied or corrected."""
        self.return_code, self.return_reason = code, reason

    @step(
        state,
        source=TALKED_ABOUT,
        label=_("Ask the nation"),
        awaited=False,
        may=rules.desk,
        books=[actions.ask(Question.Side.AGENCY)],
        then=[notices.question_to_nation, deadlines.answer_due],
        clocks=[
            clocks.ACKNOWLEDGING.pauses(*ASKED),
            clocks.VALIDATING.pauses(*ASKED),
            clocks.ANSWERING.pauses(*ASKED),
        ],
    )
    def ask_the_nation(self, *, question: str, due_on: date) -> None:
        """Put a question to the nation; until it answers the time is not the agency's."""

    @step(
        state,
        source=TALKED_ABOUT,
        label=_("Answer the agency"),
        may=rules.requester,
        when=[agency_has_asked],
        answers=True,
        books=[actions.answer(Question.Side.AGENCY), actions.expect_answer],
        then=[notices.answer_of_nation, deadlines.answer_due],
        clocks=[
            clocks.ACKNOWLEDGING.resumes,
            clocks.VALIDATING.resumes,
            clocks.ANSWERING.resumes,
        ],
    )
    def answer_the_agency(self, *, number: int, answer: str) -> None:
        """Answer a question that the agency has about the request."""

    @step(
        state,
        source=TALKED_ABOUT,
        label=_("Ask the agency"),
        awaited=False,
        may=rules.requester,
        books=[actions.ask(Question.Side.NATION)],
        then=[notices.question_to_agency, deadlines.answer_due],
    )
    def ask_the_agency(self, *, question: str, due_on: date | None) -> None:
        """Put a question about the request to the agency."""

    @step(
        state,
        source=TALKED_ABOUT,
        label=_("Answer the nation"),
        may=rules.desk,
        when=[nation_has_asked],
        answers=True,
        books=[actions.answer(Question.Side.NATION)],
        then=[notices.answer_of_agency, deadlines.answer_due],
    )
    def answer_the_nation(self, *, number: int, answer: str) -> None:
        """Answer a question that the nation has about its request."""

    @step(
        state,
        source=TALKED_ABOUT,
        label=_("Remind of an answer"),
        may=by_system,
        when=[an_answer_is_late],
        books=[actions.note_reminder],
        then=[notices.answer_late, deadlines.answer_due],
    )
    def remind(self) -> None:
        """The last day for an answer has passed: whoever owes it is reminded, once for each question."""

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Open a transfer review"),
        may=rules.export_control,
        when=[lines_are_in_the_catalogue, has_no_live_review],
        books=[actions.open_transfer_review],
    )
    def open_transfer_review(self) -> None:
        """Begin to examine whether the requested equipment may be transferred."""

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Open a contract"),
        awaited=True,
        may=rules.case_manager,
        when=[lines_are_in_the_catalogue, has_no_live_contract, has_no_live_indication],
        books=[actions.open_contract],
    )
    def open_contract(self) -> None:
        """Begin an offer: the lines of the request are copied to a new contract."""

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Open a price and availability"),
        awaited=True,
        may=rules.case_manager,
        when=[
            no_offer_is_wanted,
            lines_are_in_the_catalogue,
            has_no_live_contract,
            has_no_live_indication,
        ],
        books=[actions.open_indication],
    )
    def open_indication(self) -> None:
        """Begin a first indication: the lines of the request are copied to it."""

    @step(
        state,
        source=State.ACTIONABLE,
        target=State.ANSWERED,
        label=_("Answer"),
        may=by_system,
        clocks=[clocks.ANSWERING.stops],
    )
    def answer(self) -> None:
        """What answers the request has been sent: a letter of offer, or price and availability."""

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE],
        target=State.UNDER_APPROVAL,
        label=_("Propose a negative answer"),
        awaited=False,
        may=rules.desk,
        when=[has_no_live_contract, has_no_live_indication, files.has_route(NEGATIVE_ANSWER)],
        then=[files.drafts(NEGATIVE_ANSWER)],
        clocks=[clocks.ACKNOWLEDGING.pauses(*PROPOSED), clocks.VALIDATING.pauses(*PROPOSED)],
        duty="decline:draft",
    )
    def propose_negative_answer(self, *, code: str, reason: str) -> None:
        """Have an approval file drafted; the ministries are consulted before Japan declines."""
        self.proposed_code, self.proposed_reason = code, reason

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=[State.SUBMITTED, State.ACTIONABLE],
        label=_("Take back to the drafter"),
        may=by_system,
        clocks=[clocks.ACKNOWLEDGING.resumes, clocks.VALIDATING.resumes],
    )
    def take_back(self) -> str:
        """Its approval file has come back: the request is worked on as before."""
        self.proposed_code = self.proposed_reason = ""
        return State.ACTIONABLE if self.actionable_at else State.SUBMITTED

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.DECLINED,
        label=_("Send the negative answer"),
        may=rules.releaser,
        when=[files.approved(NEGATIVE_ANSWER)],
        books=[files.issues(NEGATIVE_ANSWER, to=lambda request: str(request.nation.formal_ja))],
        then=[papers.negative_answer, notices.request_declined],
        clocks=[clocks.ACKNOWLEDGING.stops, clocks.VALIDATING.stops, clocks.ANSWERING.stops],
        confirm=True,
        awaited=True,
        duty="decline:release",
        signs=True,
    )
    def decline(self) -> None:
        """Tell the nation by letter that Japan cannot offer what it asks for, and why."""
        self.return_code, self.return_reason = self.proposed_code, self.proposed_reason

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE],
        target=State.TRANSFERRED,
        label=_("Continue in another request"),
        may=rules.desk,
        when=[has_no_live_review, has_no_live_contract, has_no_live_indication],
        books=[actions.hand_over_lines],
        then=[notices.request_transferred],
        clocks=[clocks.ACKNOWLEDGING.stops, clocks.VALIDATING.stops, clocks.ANSWERING.stops],
        confirm=True,
    )
    def transfer(self, *, into: Any, reason: str) -> None:
        """The nation asks in another request for what belongs together: its lines go on there."""
        self.continued_in = into

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE],
        label=_("Take over lines"),
        may=rules.desk,
        when=[has_no_live_review, has_no_live_contract, has_no_live_indication],
        books=[actions.take_over_lines],
        inner=True,
    )
    def take_over(self, *, request: Any) -> None:
        """Another request of the nation goes on in this one: its lines are added under new numbers."""

    @step(
        state,
        source=[
            *(State.DRAFT, State.SUBMITTED, State.RETURNED, State.ACTIONABLE),
            State.UNDER_APPROVAL,
        ],
        target=State.WITHDRAWN,
        label=_("Withdraw"),
        may=rules.requester,
        when=[has_no_live_contract],
        then=[files.ends(NEGATIVE_ANSWER), Leads("drop", to=_live_indication)],
        clocks=[clocks.ACKNOWLEDGING.stops, clocks.VALIDATING.stops, clocks.ANSWERING.stops],
        confirm=True,
    )
    def withdraw(self, *, reason: str) -> None:
        """The nation no longer asks for it."""

    # Facts -----------------------------------------------------------------------------------

    copied = (
        *("title", "purpose", "answer_wanted", "end_user", "end_use", "sole_source", "support"),
        *("spares_years", "dual_use", "concept", "needed_by", "performance_until"),
        *("delivery_place", "transport", "freight_forwarder", "packing", "funding"),
        *("terms_of_sale", "payment_wish", "waivers", "offset", "budget_limit"),
        *("budget_currency", "offer_by", "validity_days", "release_granted", "security_plan"),
        *("signatory", "contact", "copies_to", "remarks"),
    )
    needed_to_submit = ("reference_date", "purpose", "signatory", "contact")

    def open_questions(self, side: str) -> list[Question]:
        """What a side has asked and the other has not answered, oldest first."""
        return [one for one in self.questions.all() if one.is_open and one.asked_by == side]

    def write(self, asked: dict[str, Any]) -> None:
        for name, value in asked.items():
            setattr(self, name, value)

    @property
    def gives_letter_of_credit(self) -> bool:
        """A guarantee stands in for what would be owed if everything were cancelled."""
        return self.payment_wish == PaymentWish.LETTER_OF_CREDIT

    @property
    def answer_group(self) -> str:
        """By which standard the time for an answer is measured."""
        if self.answer_wanted == AnswerWanted.PRICE_AND_AVAILABILITY:
            return groups.INDICATION
        return str(self.offer_group or OfferGroup.B)

    def answering(self, with_line: Any = None) -> Reading | None:
        """The clock of the answer as it stands; None before it has started."""
        running = readings_of(self, with_line=with_line)
        return next((one for one in running if one.clock.name == clocks.ANSWERING.name), None)

    @property
    def answer_waits_for(self) -> str:
        """What is told of the day on which the answer can be expected: only while it is to come."""
        if self.state != State.ACTIONABLE or self.answer_expected_on is None:
            return ""
        if self.open_questions("agency"):
            return "nation"
        return "late" if self.answer_expected_on < timezone.localdate() else "agency"

    @cached_property
    def checklist(self) -> checklist.Checklist:
        """The points in force today, and how the request stands to them."""
        return checklist.check(self, ChecklistItem.objects.on(timezone.localdate()))

    def missing_to_begin(self) -> list[str]:
        """Columns without which the agency cannot begin."""
        return [name for point in self.checklist.open_to_begin for name in point.missing]

    @property
    def return_kind(self) -> str:
        """Why it came back to its nation, or was declined."""
        declined = self.state == State.DECLINED
        use = ReturnReason.Use.DECLINE if declined else ReturnReason.Use.RETURN
        return self._in_words(use, self.return_code)

    @property
    def proposed_kind(self) -> str:
        """Why it is to be declined."""
        return self._in_words(ReturnReason.Use.DECLINE, self.proposed_code)

    def _in_words(self, use: ReturnReason.Use, code: str) -> str:
        """A coded reason in words; its row may have ended since."""
        return str(ReturnReason.by_code(use).get(code, ""))

    def name_of(self, column: str) -> str:
        """What a column is called; "lines" are the lines."""
        if column == "lines":
            return _t("lines")
        return str(self._meta.get_field(column).verbose_name)  # type: ignore[union-attr]


class RequestLine(NationLine):
    belongs_to = "request"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="request_lines",
        verbose_name=_("article or service"),
        null=True,
        blank=True,
    )
    description = models.CharField(_("in your own words"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    wall = walls.of_nation()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="cases_requestline_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cases_requestline_positive"),
            models.CheckConstraint(
                condition=Q(article__isnull=False) | ~Q(description=""),
                name="cases_requestline_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request}-{self.number:02d}"

    @property
    def what(self) -> str:
        """The article, or what the nation calls it."""
        return self.article.name if self.article else self.description
