"""A step of a file's way: which post acts, how it stands, who has acted, and who reads afterwards.

Steps are laid out when the file is put forward, and anew when it goes back. What was signed
stays in `Signature`, whatever becomes of the step.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from partners.access import ROLES
from partners.models import Unit
from partners.route_steps import KINDS
from workflow import walls
from workflow.approvals import RANKS, Kind, Standing

STANDINGS = {
    Standing.NOT_ARRIVED: pgettext_lazy("approval", "not arrived"),
    Standing.ARRIVED: pgettext_lazy("approval", "arrived"),
    Standing.APPROVED: pgettext_lazy("approval", "approved"),
    Standing.CONDITIONAL: pgettext_lazy("approval", "agreed with conditions"),
    Standing.DISAGREED: pgettext_lazy("approval", "disagreed"),
    Standing.RETURNED: pgettext_lazy("approval", "returned"),
    Standing.DEPUTISED: pgettext_lazy("approval", "decided by the deputy"),
    Standing.PASSED_OVER: pgettext_lazy("approval", "passed over"),
    Standing.READ: pgettext_lazy("approval", "read"),
}


class Cause(models.TextChoices):
    """Why a file went on without a step."""

    ABSENT = "absent", pgettext_lazy("approval", "absent")
    VACANT = "vacant", pgettext_lazy("approval", "the post is vacant")
    PULLED_UP = "pulled_up", pgettext_lazy("approval", "a higher rank acted before")
    ACTS_OTHERWISE = "acts_otherwise", pgettext_lazy("approval", "its holder acts elsewhere")


class WayStep(models.Model):
    file = models.ForeignKey(
        "approvals.ApprovalFile", on_delete=models.PROTECT, related_name="steps"
    )
    position = models.PositiveSmallIntegerField()
    group = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=list(KINDS.items()))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    rank = models.CharField(max_length=40, choices=[(rank, ROLES[rank].label) for rank in RANKS])
    standing = models.CharField(
        max_length=20, choices=list(STANDINGS.items()), default=Standing.NOT_ARRIVED
    )
    cause = models.CharField(max_length=20, choices=Cause, blank=True)
    prepared_by = models.CharField(max_length=40)
    holder_id = models.CharField(max_length=40, null=True)  # noqa: DJ001 - NULL: nobody has acted
    holder_name = models.CharField(max_length=200, blank=True)
    in_place_of_id = models.CharField(max_length=40, blank=True)
    in_place_of = models.CharField(max_length=200, blank=True)
    is_acting = models.BooleanField(default=False)
    opinion = models.TextField(_("opinion"), blank=True)
    arrived_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    awaits_reading = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    read_by_id = models.CharField(max_length=40, blank=True)
    read_by = models.CharField(max_length=200, blank=True)

    wall = walls.agency()

    class Meta:
        ordering = ["file", "position"]
        indexes = [
            models.Index(
                fields=["unit", "rank"],
                condition=Q(standing="arrived"),
                name="approvals_way_arrived",
            ),
            models.Index(
                fields=["unit", "rank"],
                condition=Q(awaits_reading=True),
                name="approvals_way_to_read",
            ),
            models.Index(fields=["holder_id", "-acted_at"], name="approvals_way_of_holder"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="approvals_way_in_order"),
            models.UniqueConstraint(
                fields=["file", "unit", "rank", "kind"], name="approvals_way_post_once"
            ),
            models.UniqueConstraint(
                fields=["file", "holder_id"],
                condition=~Q(kind="circulation"),
                name="approvals_way_nobody_twice",
            ),
            models.CheckConstraint(
                condition=Q(holder_id=None)
                | ~Q(holder_id=F("prepared_by"))
                | Q(kind="circulation"),
                name="approvals_way_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(Kind)), name="approvals_way_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=list(Standing)), name="approvals_way_known_standing"
            ),
            models.CheckConstraint(
                condition=Q(rank__in=list(RANKS)), name="approvals_way_known_rank"
            ),
            models.CheckConstraint(
                condition=(
                    Q(standing__in=["not_arrived", "arrived", "passed_over"])
                    & Q(holder_id=None, acted_at=None)
                )
                | (
                    ~Q(standing__in=["not_arrived", "arrived", "passed_over"])
                    & Q(holder_id__isnull=False, acted_at__isnull=False)
                ),
                name="approvals_way_acted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by_id="")
                | (Q(read_at__isnull=False, awaits_reading=False) & ~Q(read_by_id="")),
                name="approvals_way_read_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.position}: {self.post}"

    @property
    def post(self) -> str:
        """`Director, Legal` / `法務 課長`."""
        return pgettext("post", "%(rank)s, %(unit)s") % {
            "rank": ROLES[self.rank].label,
            "unit": self.unit,
        }

    @property
    def is_to_be_read(self) -> bool:
        """Somebody of the post still reads it, for information or afterwards."""
        return self.awaits_reading or (
            self.kind == Kind.CIRCULATION and self.standing == Standing.ARRIVED
        )

    def clear(self) -> None:
        """As if the file had never been here."""
        self.standing, self.cause = Standing.NOT_ARRIVED, ""
        self.holder_id, self.holder_name = None, ""
        self.in_place_of_id = self.in_place_of = self.opinion = ""
        self.is_acting = self.awaits_reading = False
        self.arrived_at = self.acted_at = self.read_at = None
        self.read_by_id = self.read_by = ""
