"""Words that a guesser tries first at this house, and that no password may hold.

Django's own validators ask for length, refuse what leaks of passwords hold most often, and what
looks like the person's name or address. There is no rule about kinds of characters, and no
password runs out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# docs/security.md lists them.
WORDS = (
    *("agency", "bouei", "defence", "defense", "equipment", "ministry", "password", "soubi"),
    *("防衛", "装備", "庁"),
)
SHORTEST = 5  # letters of a part of our host's name that count


class NoWordsOfTheHouse:
    """A validator of Django's `AUTH_PASSWORD_VALIDATORS`."""

    def validate(self, password: str, user: Any = None) -> None:
        folded = password.casefold()
        if any(word in folded for word in (*WORDS, *_host_words())):
            raise ValidationError(self.get_help_text(), code="password_of_the_house")

    def get_help_text(self) -> str:
        return _("Your password can’t hold a word that anybody would try first here, as “defence”.")


def _host_words() -> list[str]:
    name = urlsplit(settings.PUBLIC_URL).hostname or ""
    parts = name.casefold().split(".")
    return [part for part in parts if len(part) >= SHORTEST and part.isalpha()]
