"""A request: what a nation asks for, and whether the agency can begin to work on it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from cases import actions, notices, rules
from documents.models import Document
from exports.models import TransferReview
from industry.models import Article
from partners.models import NationCase, NationCaseQuerySet, NationLine
from workflow import handling, walls
from workflow.rights import by_system
from workflow.steps import beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    ACTIONABLE = "actionable", _("actionable")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", pgettext_lazy("request", "declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Purpose(models.TextChoices):
    """Why the nation asks, in the words of the mission."""

    NEW_CAPABILITY = "new_capability", _("new capability")
    REPLENISHMENT = "replenishment", _("replenishment of ammunition")
    REPLACEMENT = "replacement", _("replacement of losses")
    SUSTAINMENT = "sustainment", _("sustainment")
    UPGRADE = "upgrade", _("upgrade")


# Guards --------------------------------------------------------------------------------------


def has_lines(request: Request) -> str:
    """At least one line is asked for."""
    return "" if request.lines.exists() else _t("Add at least one line: what, and how many.")


def has_letter(request: Request) -> str:
    """The nation's letter is attached."""
    if Document.objects.of(request).filter(kind="request_letter").exists():
        return ""
    return _t("Attach the signed letter of request first.")


def is_complete(request: Request) -> str:
    """Nothing is missing that the agency needs to begin."""
    missing = request.missing_fields()
    if not missing:
        return ""
    return _t("Missing: %(fields)s. Return the request with this reason.") % {
        "fields": ", ".join(missing)
    }


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


class RequestQuerySet(NationCaseQuerySet):
    def shown_to_agency(self) -> Self:
        """What a nation is still drafting is its own business."""
        return self.exclude(state=State.DRAFT)

    def shown_to_nation(self) -> Self:
        return self


class Request(NationCase):
    number_letter = "R"

    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    reference = models.CharField(_("own reference"), max_length=60)
    reference_date = models.DateField(_("date of the letter"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    end_user = models.CharField(_("end user"), max_length=200, blank=True)
    end_use = models.TextField(_("end use"), blank=True)
    delivery_place = models.CharField(_("place of delivery"), max_length=200, blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    funding = models.CharField(_("funding"), max_length=200, blank=True)
    signatory = models.CharField(_("authorised signatory"), max_length=200)
    contact = models.CharField(_("point of contact"), max_length=200)
    remarks = models.TextField(_("remarks"), blank=True)
    return_reason = models.TextField(_("reason of the return"), blank=True)

    objects = RequestQuerySet.as_manager()

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
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Draft a request"), may=rules.requester, books=[actions.write_request_lines])
    def draft(cls, *, nation_id: str, lines: list[dict[str, Any]], **fields: Any) -> Any:
        """Write down what the nation asks for; nobody else sees it before it is submitted."""
        return cls(nation_id=nation_id, **fields)  # type: ignore[operator]

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=[State.DRAFT, State.RETURNED],
        label=_("Edit the request"),
        may=rules.requester,
        books=[actions.write_request_lines],
    )
    def revise(
        self,
        *,
        title: str,
        reference: str,
        reference_date: date,
        purpose: str,
        end_user: str,
        end_use: str,
        delivery_place: str,
        needed_by: date | None,
        funding: str,
        signatory: str,
        contact: str,
        remarks: str,
        lines: list[dict[str, Any]],
    ) -> None:
        """Change what is asked for, as long as the agency does not have it."""
        self.title, self.reference, self.reference_date = title, reference, reference_date
        self.purpose, self.end_user, self.end_use = purpose, end_user, end_use
        self.delivery_place, self.needed_by, self.funding = delivery_place, needed_by, funding
        self.signatory, self.contact, self.remarks = signatory, contact, remarks

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
        source=[State.DRAFT, State.RETURNED],
        target=State.SUBMITTED,
        label=_("Submit"),
        may=rules.requester,
        when=[has_lines, has_letter],
        then=[notices.request_submitted],
        duty="request:submit",
    )
    def submit(self) -> None:
        """Send the request to the agency."""

    @step(
        state,
        source=State.SUBMITTED,
        target=State.ACTIONABLE,
        label=_("Accept as actionable"),
        may=rules.desk,
        when=[is_complete],
        then=[notices.request_actionable],
    )
    def accept_as_actionable(self) -> None:
        """Nothing is missing: the agency begins to work on the request."""
        self.return_reason = ""

    @step(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        label=_("Return for correction"),
        awaited=False,
        may=rules.desk,
        then=[notices.request_returned],
    )
    def return_for_correction(self, *, reason: str) -> None:
        """Give the request back to the nation and say what has to be supplied or corrected."""
        self.return_reason = reason

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Open a transfer review"),
        may=rules.export_control,
        when=[has_no_live_review],
        books=[actions.open_transfer_review],
    )
    def open_transfer_review(self) -> None:
        """Begin to examine whether the requested equipment may be transferred."""

    @step(
        state,
        source=State.ACTIONABLE,
        label=_("Open a contract"),
        may=rules.case_manager,
        when=[has_no_live_contract],
        books=[actions.open_contract],
    )
    def open_contract(self) -> None:
        """Begin an offer: the lines of the request are copied to a new contract."""

    @step(
        state,
        source=State.ACTIONABLE,
        target=State.ANSWERED,
        label=_("Answer"),
        may=by_system,
    )
    def answer(self) -> None:
        """The offer that answers the request has been sent."""

    @step(
        state,
        source=[State.SUBMITTED, State.ACTIONABLE],
        target=State.DECLINED,
        label=_("Decline the request"),
        may=rules.desk,
        when=[has_no_live_contract],
        then=[notices.request_declined],
        confirm=True,
    )
    def decline(self, *, reason: str) -> None:
        """Tell the nation that Japan cannot offer what it asks for."""
        self.return_reason = reason

    @step(
        state,
        source=[State.DRAFT, State.SUBMITTED, State.RETURNED, State.ACTIONABLE],
        target=State.WITHDRAWN,
        label=_("Withdraw"),
        may=rules.requester,
        when=[has_no_live_contract],
        confirm=True,
    )
    def withdraw(self, *, reason: str) -> None:
        """The nation no longer asks for it."""

    # Facts -----------------------------------------------------------------------------------

    needed_to_begin = ("end_user", "end_use", "delivery_place", "needed_by", "funding")

    def missing_fields(self) -> list[str]:
        """Names of the fields the agency needs and does not have."""
        return [
            str(self._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for name in self.needed_to_begin
            if not getattr(self, name)
        ]


class RequestLine(NationLine):
    belongs_to = "request"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="request_lines",
        verbose_name=_("article or service"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    wall = walls.of_nation()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="cases_requestline_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cases_requestline_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.request}-{self.number:02d}"
