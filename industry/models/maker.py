"""Who makes an article, and by what right, from a day on."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from industry.models.article import Article
from industry.querysets import BesideArticles
from partners.models import Organisation
from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS


class ArticleMaker(Dated):
    class Role(models.TextChoices):
        PRIME = "prime", _("prime contractor")
        LICENSED = "licensed", _("makes it under licence")

    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="makers",
        verbose_name=_("article of the catalogue"),
    )
    contractor = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "contractor"},
        verbose_name=_("contractor"),
    )
    role = models.CharField(_("makes it as"), max_length=20, choices=Role)

    objects = BesideArticles("contractor")  # type: ignore[misc]  # rows by day, with both

    wall = walls.agency()

    class Meta(Dated.Meta):
        verbose_name = _("maker of an article")
        verbose_name_plural = _("makers of articles")
        ordering = ["article", "-role", "contractor", "valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["article", "contractor", "role", "valid_from"],
                condition=COUNTS,
                name="industry_articlemaker_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["prime", "licensed"]), name="industry_articlemaker_known_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contractor} ({self.get_role_display()})"

    def clean(self) -> None:
        if self.contractor.kind != Organisation.Kind.CONTRACTOR:
            raise ValidationError({"contractor": _t("Choose a contractor.")})
