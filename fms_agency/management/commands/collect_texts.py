"""Collect every text of the house into its catalogues: `makemessages`, and what only steps know.

Needs the GNU gettext tools, on the machine of whoever changes a text.
"""

from __future__ import annotations

import inspect
from typing import Any

from django.conf import settings
from django.core.management.commands import makemessages

from workflow.steps import beginnings_of, case_types, steps_of

PLACE = settings.BASE_DIR / "workflow" / "step_texts_collected.py"


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_t"]
    help = "Collect texts into locale/; the meaning of a step is its docstring."

    def handle(self, *args: Any, **options: Any) -> None:
        options["locale"] = options["locale"] or ["ja"]
        options["ignore_patterns"] += [".venv/*", "var/*", "tests/*", "build/*", ".tools/*"]
        options["no_obsolete"] = True
        options["no_wrap"] = True
        PLACE.write_text(_as_source(_meanings()), encoding="utf-8")
        try:
            super().handle(*args, **options)
        finally:
            PLACE.unlink()


def _meanings() -> list[str]:
    declared = [
        step
        for model in case_types()
        for step in (*steps_of(model).values(), *beginnings_of(model).values())
    ]
    guards = {inspect.getdoc(guard) or "" for step in declared for guard in step.when}
    return sorted({step.doc for step in declared} | guards - {""})


def _as_source(texts: list[str]) -> str:
    lines = [f"_({text!r})" for text in texts]
    return "\n".join(["from django.utils.translation import gettext_noop as _", *lines, ""])
