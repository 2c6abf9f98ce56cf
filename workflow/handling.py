"""Handling labels (取扱区分), lowest first, and which of them this house may hold.

Sources: 政府機関等のサイバーセキュリティ対策のための統一基準 (機密性1–3); 特定秘密の保護に関する法律
(2013 Act 108); 日米相互防衛援助協定等に伴う秘密保護法 (1954 Act 166); 防衛生産基盤強化法 (2023 Act 54)
Arts. 27–28; 重要経済安保情報保護活用法 (2024 Act 27); MOD handling marks (unverified).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class Handling(models.TextChoices):
    CONFIDENTIALITY_1 = "confidentiality_1", _("Confidentiality 1: may be published")
    CONFIDENTIALITY_2 = "confidentiality_2", _("Confidentiality 2: for official use")
    HANDLE_WITH_CARE = "handle_with_care", _("Handle with care: named readers")
    COMPANY_CONFIDENTIAL = "company_confidential", _("Company confidential: named readers")
    PROTECTED = "protected", _("Protected information")
    CONFIDENTIALITY_3 = "confidentiality_3", _("Confidentiality 3")
    ECONOMIC_SECURITY = "economic_security", _("Important economic-security information")
    FOREIGN_CLASSIFIED = "foreign_classified", _("Classified by a foreign government")
    SECRET = "secret", _("Secret (ministry)")  # a label, no password
    EQUIPMENT_SECRET = "equipment_secret", _("Defence-equipment secret")
    SPECIAL_DEFENCE_SECRET = "special_defence_secret", _("Special defence secret")
    DESIGNATED_SECRET = "designated_secret", _("Specially designated secret")


ORDER = [str(label) for label in Handling]
EVERYBODYS = ("confidentiality_1", "confidentiality_2")  # whoever reads cases reads these


def usual() -> str:
    """The label of a case whose deal has none yet."""
    return str(Handling(settings.HANDLING_DEFAULT))


def is_restricted(label: str) -> bool:
    """Whether only people on the case's list may know of it."""
    return label not in EVERYBODYS


def is_higher(label: str, other: str) -> bool:
    return ORDER.index(label) > ORDER.index(other)


def why_not_here(label: str) -> str:
    """`""`, or why a thing with this label may not be in this house, and where it goes instead."""
    ceiling = Handling(settings.HANDLING_CEILING)
    if not is_higher(label, ceiling):
        return ""
    return _t(
        "“%(label)s” is above what this system may hold (%(ceiling)s)."
        " Do not send it here: hand it to the security officer outside the system."
    ) % {"label": Handling(label).label, "ceiling": ceiling.label}


def in_both_languages(label: str) -> str:
    """As a paper shows it: 機密性２ Confidentiality 2."""
    words = []
    for language in ("ja", "en"):
        with override(language):
            words.append(str(Handling(label).label))
    return " / ".join(words)


def known(name: str) -> models.CheckConstraint:
    """The database knows the labels; `name` begins with the table's."""
    return models.CheckConstraint(
        condition=Q(handling__in=Handling.values), name=f"{name}_known_handling"
    )
