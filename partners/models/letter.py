"""A letter about somebody's way in that has still to be sent. It goes when it has been sent.

Written in the request, whether or not the address belongs to somebody; sent by the worker. So a
broker that is away loses nothing, and the page takes as long for a stranger as for a member.
"""

from __future__ import annotations

from django.db import models

from workflow import walls


class Letter(models.Model):
    class Kind(models.TextChoices):
        INVITED = "invited"
        RESET = "reset"
        CHANGED = "changed"

    kind = models.CharField(max_length=10, choices=Kind)
    address = models.EmailField()
    words = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    wall = walls.Wall(readers=frozenset())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["invited", "reset", "changed"]),
                name="partners_letter_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
