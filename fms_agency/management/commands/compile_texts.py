"""Compile the catalogues (`.po`) to what Django reads (`.mo`), without the GNU tools."""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import trans_real


class Command(BaseCommand):
    help = "Compile every catalogue of the house whose text is newer than its compiled form."

    def handle(self, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                self._compile(source)

    def _compile(self, source: Path) -> None:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            return
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        half_made = target.with_suffix(".tmp")
        with half_made.open("wb") as compiled:
            write_mo(compiled, catalogue)
        half_made.replace(target)
        _forget_older_texts()
        self.stdout.write(f"Compiled {source.relative_to(settings.BASE_DIR)}")


def _forget_older_texts() -> None:
    """A process that asked for a text before it was compiled remembers that there was none."""
    vars(trans_real)["_translations"].clear()
    vars(trans_real)["_default"] = None
    vars(gettext)["_translations"].clear()
