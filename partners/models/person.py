"""A person signs in with an e-mail address and acts through memberships in force today."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partners.models.organisation import Organisation
from workflow import walls

LANGUAGES = [("ja", "日本語"), ("en", "English")]


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.full_clean(exclude=["password"])
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    family_name = models.CharField(_("family name"), max_length=60)
    given_name = models.CharField(_("given name"), max_length=60)
    family_name_ja = models.CharField(_("family name in Japanese"), max_length=60, blank=True)
    given_name_ja = models.CharField(_("given name in Japanese"), max_length=60, blank=True)
    title = models.CharField(_("job title"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(_("may sign in"), default=True)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["family_name", "given_name"]

    wall = walls.own("id", readers={"staff", "entrance"}, writers={"entrance"})

    class Meta:
        ordering = ["family_name", "given_name"]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    @property
    def full_name(self) -> str:
        """Family name first: 山田太郎 in Japanese, YAMADA Taro elsewhere."""
        if get_language() == "ja" and self.family_name_ja:
            return f"{self.family_name_ja} {self.given_name_ja}".strip()
        return self.official_name

    @property
    def official_name(self) -> str:
        """The name as the trail keeps it, the same whatever the reader's language."""
        return f"{self.family_name.upper()} {self.given_name}".strip()

    actor_name = official_name

    @property
    def actor_id(self) -> str:
        return str(self.pk)

    @cached_property
    def memberships_today(self) -> list[Any]:
        """Memberships in force today, read once per request: a role taken away ends at the next."""
        if not self.is_active:
            return []
        rows = self.memberships.on(timezone.localdate())
        return list(rows.select_related("organisation__nation").order_by("id"))

    @property
    def organisations(self) -> list[Organisation]:
        return list(
            {row.organisation_id: row.organisation for row in self.memberships_today}.values()
        )

    @property
    def organisation(self) -> Organisation | None:
        return next(iter(self.organisations), None)

    @property
    def roles(self) -> list[str]:
        return [row.role for row in self.memberships_today]
