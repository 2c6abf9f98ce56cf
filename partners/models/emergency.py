"""Emergency access: somebody of the agency looks, for an hour at most, at a case they do not handle.

It opens at once, with its reason, and the security officers and auditors are told at once; it
gives sight, no step. Afterwards the security officer looks at it and says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from partners import access, notices
from partners.access import Permission
from partners.models.person import Person
from workflow import handling
from workflow.deadlines import DueOn
from workflow.models import Case, CaseQuerySet, Entry
from workflow.rights import by_system
from workflow.steps import Act, NotYours, beginning, step
from workflow.trail import record
from workflow.walls import Wall

AT_MOST = timedelta(minutes=60)


class State(models.TextChoices):
    OPEN = "open", _("open")
    ENDED = "ended", _("ended")
    REVIEWED = "reviewed", _("reviewed")


def its_time_is_over(access: EmergencyAccess) -> str:
    """The time given has run out."""
    return "" if timezone.now() >= access.expires_at else _t("It is still running.")


def only_the_asker(actor: Any, access: EmergencyAccess) -> str:
    if actor.actor_id == str(access.person_id):
        return ""
    return _t("Only whoever asked for it ends it early.")


def tell_the_case(act: Act) -> None:
    """A book: the trail of the case itself shows who opened it, and why."""
    opened: EmergencyAccess = act.case
    if act.by.actor_id != str(opened.person_id):
        raise NotYours(_t("Everybody asks for themselves."))
    record(
        Entry.Event.ACCESS_OPENED,
        by=act.by,
        capacity=access.capacity_of(act.by),
        case=act.given["target"],
        subject=f"{opened.kind()}:{opened.number}",
        note=opened.reason,
        given={"until": opened.expires_at},
    )


class EmergencyAccessQuerySet(CaseQuerySet):
    def visible_to(self, person: Person) -> Self:
        """Those who watch see all of them, everybody else of the agency their own."""
        if access.holds(person, Permission.EMERGENCY_REVIEW) or access.holds(
            person, Permission.TRAIL_READ
        ):
            return self.all()
        return self.filter(person=person) if access.reads_cases(person) else self.none()

    def running(self) -> Self:
        return self.filter(state=State.OPEN, expires_at__gt=timezone.now())


class EmergencyAccess(Case):
    state = FSMField(_("state"), default=State.OPEN, choices=State, protected=True)
    title = models.CharField(_("case"), max_length=200)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="emergencies", verbose_name=_("who")
    )
    target_kind = models.CharField(max_length=60)
    target_id = models.UUIDField()
    reason = models.TextField(_("reason"))
    expires_at = models.DateTimeField(_("until"))
    review_note = models.TextField(_("finding"), blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    wall = Wall(search=True)

    class Meta:
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["person", "state"], name="partners_emergency_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="partners_emergency_known_state"
            ),
            handling.known("partners_emergency"),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("opened_at") + AT_MOST),
                name="partners_emergency_an_hour_at_most",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="partners_emergency_has_a_reason"),
        ]

    @classmethod
    def slug(cls) -> str:
        return "emergencies"

    @property
    def series(self) -> str:
        return f"JP-EMG-{timezone.localdate():%y}-"

    # Beginning -------------------------------------------------------------------------------

    @beginning(
        label=_("Ask for emergency access"),
        may=access.agency(Permission.CASE_READ),
        books=[tell_the_case],
        then=[notices.emergency_opened, DueOn("run_out", lambda access: access.expires_at)],
        duty="emergency:ask",
    )
    def ask(cls, *, number: str, reason: str, target: Case, asker: Person) -> Any:
        """Look at one case that you do not handle. The security officers and auditors are told."""
        return cls(  # type: ignore[operator]
            title=target.number,
            person=asker,
            target_kind=target.kind(),
            target_id=target.pk,
            reason=reason,
            expires_at=until(timezone.now()),
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=State.OPEN,
        target=State.ENDED,
        label=_("End it now"),
        may=access.agency(Permission.CASE_READ) & only_the_asker,
        awaited=False,
    )
    def end(self) -> None:
        """You have seen what you needed."""

    @step(
        state,
        source=State.OPEN,
        target=State.ENDED,
        label=_("Run out"),
        may=by_system,
        when=[its_time_is_over],
    )
    def run_out(self) -> None:
        """The time given is over."""

    @step(
        state,
        source=State.ENDED,
        target=State.REVIEWED,
        label=_("Mark as reviewed"),
        may=access.agency(Permission.EMERGENCY_REVIEW),
        duty="emergency:review",
    )
    def review(self, *, finding: str) -> None:
        """Say whether the access was needed, and what follows from it."""
        self.review_note = finding


def until(now: datetime) -> datetime:
    return now + min(timedelta(minutes=settings.EMERGENCY_MINUTES), AT_MOST)
