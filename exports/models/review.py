"""A transfer review: may these articles go to this end user? Decided on a snapshot of the lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from approvals import files
from exports import deadlines, notices, papers, rules
from exports.matters import TRANSFER
from exports.screening import Facts, Level, Result, screen
from industry.models import Article
from partners import access, need_to_know
from partners.models import Agreement, NationCase, NationCaseQuerySet, NationLine, Person
from workflow import handling
from workflow.rights import by_system
from workflow.steps import beginning, step
from workflow.walls import Wall


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    UNDER_REVIEW = "under_review", _("under review")
    ON_HOLD = "on_hold", _("on hold")
    CLEARED = "cleared", _("cleared")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("expired")


def is_screened(review: TransferReview) -> str:
    """The facts for the decision table have been entered."""
    return "" if review.screened_on else _t("Not screened yet. Enter the screening facts first.")


def nothing_stops_it(review: TransferReview) -> str:
    """No stop rule of the decision table applies."""
    if not review.screened_on or not review.stop_rules:
        return ""
    return _t(
        "Stopped by rule %(rules)s of the decision table; refuse it or correct the facts."
    ) % {"rules": ", ".join(review.stop_rules)}


def clearance_has_run_out(review: TransferReview) -> str:
    """The last day of the clearance has passed."""
    return review.is_over(timezone.localdate())


class TransferReviewQuerySet(NationCaseQuerySet):
    def visible_to(self, person: Person) -> Self:
        """Reviews are the agency's and the ministries'; a nation learns the result only."""
        if access.reads_reviews(person):
            return need_to_know.within_reach(self.all(), person)
        return self.none()

    def clearing(self, request_number: str, day: date) -> Self:
        """Cleared reviews of a request that are still valid on a day."""
        return self.valid_on(day).filter(request_number=request_number)

    def valid_on(self, day: date) -> Self:
        return self.filter(state=State.CLEARED, valid_until__gte=day)


class TransferReview(NationCase):
    number_letter = "T"

    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    request_number = models.CharField(_("request"), max_length=32)
    end_user = models.CharField(_("end user"), max_length=200)
    end_use = models.TextField(_("end use"))

    treaty_breach = models.BooleanField(_("breach of a treaty"), default=False)
    unsc_embargo = models.BooleanField(_("UN Security Council embargo"), default=False)
    conflict_party = models.BooleanField(_("party to a conflict under UN measures"), default=False)
    active_fighting = models.BooleanField(_("fighting is taking place"), default=False)
    special_circumstances = models.BooleanField(_("special circumstances"), default=False)
    precedent = models.BooleanField(_("precedent exists"), default=False)
    consent_clause = models.BooleanField(_("prior-consent clause agreed"), default=True)
    assessment = models.TextField(_("assessment"), blank=True)
    screened_on = models.DateField(_("screened"), null=True)
    stop_rules = models.JSONField(_("stop rules"), default=list)
    matched_rules = models.JSONField(_("rules"), default=list)
    level = models.PositiveSmallIntegerField(_("level of decision"), null=True)

    decision = models.TextField(_("decision"), blank=True)
    decided_on = models.DateField(_("decided"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)

    objects = TransferReviewQuerySet.as_manager()

    matters = (TRANSFER,)

    wall = Wall(search=True, names="lines")

    class Meta:
        verbose_name = _("transfer review")
        verbose_name_plural = _("transfer reviews")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="exports_review_known_state"
            ),
            handling.known("exports_review"),
            models.CheckConstraint(
                condition=~Q(state="cleared")
                | Q(decided_on__isnull=False, valid_until__isnull=False),
                name="exports_review_cleared_is_dated",
            ),
            models.UniqueConstraint(
                fields=["request_number"],
                condition=Q(state__in=["draft", "under_review", "on_hold", "cleared"]),
                name="exports_review_one_live_per_request",
            ),
        ]

    @classmethod
    def slug(cls) -> str:
        return "reviews"

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Open a transfer review"), may=rules.export_control)
    def open(
        cls, *, nation_id: str, title: str, request_number: str, end_user: str, end_use: str
    ) -> Any:
        """Begin to examine whether the requested equipment may be transferred."""
        return cls(  # type: ignore[operator]
            nation_id=nation_id,
            title=title,
            request_number=request_number,
            end_user=end_user,
            end_use=end_use,
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=[State.DRAFT, State.ON_HOLD],
        label=_("Enter screening facts"),
        may=rules.export_control,
        then=[files.rechecks(TRANSFER)],
        duty="review:draft",
    )
    def screen(
        self,
        *,
        treaty_breach: bool,
        unsc_embargo: bool,
        conflict_party: bool,
        active_fighting: bool,
        special_circumstances: bool,
        precedent: bool,
        consent_clause: bool,
        assessment: str,
    ) -> None:
        """Enter the facts for the decision table; the rules that match and the level follow."""
        self.treaty_breach, self.unsc_embargo = treaty_breach, unsc_embargo
        self.conflict_party, self.active_fighting = conflict_party, active_fighting
        self.special_circumstances, self.precedent = special_circumstances, precedent
        self.consent_clause, self.assessment = consent_clause, assessment
        result = self.screening()
        self.screened_on = timezone.localdate()
        self.stop_rules, self.matched_rules = list(result.stops), list(result.rules)
        self.level = result.level

    @step(
        state,
        source=State.DRAFT,
        target=State.UNDER_REVIEW,
        label=_("Put to review"),
        may=rules.export_control,
        when=[is_screened, files.has_route(TRANSFER)],
        then=[files.drafts(TRANSFER), notices.review_waits],
        duty="review:draft",
    )
    def put_to_review(self) -> None:
        """Have an approval file drafted; once it is decided another officer clears the transfer."""

    @step(
        state,
        source=[State.UNDER_REVIEW, State.ON_HOLD],
        target=State.DRAFT,
        label=_("Take back to the drafter"),
        may=by_system,
    )
    def take_back(self) -> None:
        """Its approval file has come back: the facts can be entered anew."""

    @step(
        state,
        source=State.UNDER_REVIEW,
        target=State.CLEARED,
        label=_("Clear the transfer"),
        may=rules.deciding_officer,
        when=[is_screened, nothing_stops_it, files.approved(TRANSFER)],
        books=[files.issues(TRANSFER, to=lambda review: str(review.nation.formal_ja))],
        then=[papers.transfer_clearance, notices.transfer_cleared, deadlines.clearance_expiry],
        confirm=True,
        duty="review:decide",
        signs=True,
    )
    def clear(self, *, decision: str, valid_until: date) -> None:
        """Decide that the transfer may take place, under conditions and until a day."""
        self.decision, self.valid_until = decision, valid_until
        self.decided_on = timezone.localdate()

    @step(
        state,
        source=[State.UNDER_REVIEW, State.ON_HOLD],
        target=State.REFUSED,
        label=_("Refuse the transfer"),
        may=rules.deciding_officer,
        when=[is_screened],
        then=[files.ends(TRANSFER), notices.transfer_refused],
        confirm=True,
        duty="review:decide",
        signs=True,
    )
    def refuse(self, *, reason: str) -> None:
        """Decide that the transfer may not take place; the reason goes on file."""
        self.decision, self.decided_on = reason, timezone.localdate()

    @step(
        state,
        source=State.UNDER_REVIEW,
        target=State.ON_HOLD,
        label=_("Put on hold"),
        may=rules.export_control,
    )
    def hold(self, *, reason: str) -> None:
        """Wait for something that is missing before the decision."""

    @step(
        state,
        source=State.ON_HOLD,
        target=State.UNDER_REVIEW,
        label=_("Resume the review"),
        may=rules.export_control,
    )
    def resume(self) -> None:
        """What was missing has come; go on with the review."""

    @step(
        state,
        source=State.CLEARED,
        target=State.EXPIRED,
        label=_("Expire"),
        may=by_system,
        when=[clearance_has_run_out],
    )
    def expire(self) -> None:
        """The clearance has run out; a new review is needed before anything leaves."""

    # Facts -----------------------------------------------------------------------------------

    def screening(self) -> Result:
        today = timezone.localdate()
        agreements = Agreement.objects.in_force(today).filter(nation=self.nation_id)
        return screen(
            Facts(
                item_classes=frozenset(self.lines.values_list("item_class", flat=True)),
                agreement_in_force=agreements.exists(),
                treaty_breach=self.treaty_breach,
                unsc_embargo=self.unsc_embargo,
                conflict_party=self.conflict_party,
                active_fighting=self.active_fighting,
                special_circumstances=self.special_circumstances,
                precedent=self.precedent,
                consent_clause=self.consent_clause,
            )
        )

    def is_over(self, today: date) -> str:
        if self.valid_until is None or today > self.valid_until:
            return ""
        return _t("The clearance is valid until %(day)s.") % {"day": date_format(self.valid_until)}

    @property
    def level_name(self) -> str:
        names = {
            Level.METI: _t("METI permit"),
            Level.DIRECTORS: _t("directors of the ministries concerned"),
            Level.NSC_COMMITTEE: _t("committee of the National Security Council"),
            Level.NSC_FOUR_MINISTERS: _t("four-minister meeting of the National Security Council"),
        }
        return names[Level(self.level)] if self.level else ""

    @staticmethod
    def usual_validity(today: date) -> date:
        """Six months, the validity a METI permit has unless another is set."""
        return today + timedelta(days=182)


class ReviewLine(NationLine):
    belongs_to = "review"

    review = models.ForeignKey(TransferReview, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    name_ja = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    item_class = models.CharField(_("class"), max_length=20)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit = models.CharField(_("unit"), max_length=10)

    wall = Wall()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="exports_reviewline_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="exports_reviewline_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.review}-{self.number:02d}"

    @property
    def item_class_label(self) -> str:
        return str(Article.ItemClass(self.item_class).label)
