"""Write the pages that come from the code: `docs/states/*.md` and `docs/access.md`.

With `--check` nothing is written: it names the pages that are not as the code says, and fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import URLPattern, URLResolver, get_resolver

from partners.access import ROLES, Permission
from partners.policies import policy_of
from workflow.diagrams import HEAD, Translate, context_of, page, table
from workflow.steps import beginnings_of, case_types, steps_of
from workflow.values import source_text

DOCS = Path("docs")
KINDS = ("agency", "ministry", "nation", "contractor")


class Command(BaseCommand):
    help = "Write docs/states/*.md and docs/access.md from the declarations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")

    def handle(self, *, check: bool, **options: Any) -> None:
        pages = made_pages(japanese())
        stale = sorted(str(path) for path, text in pages.items() if _on_file(path) != text)
        stale += sorted(str(path) for path in _strays(pages))
        if check and stale:
            raise CommandError(f"Not as the code says: {', '.join(stale)}. Run generate_pages.")
        if not check:
            _write(pages)
        self.stdout.write(f"{len(pages)} pages, {len(stale)} {'stale' if check else 'changed'}.")


def made_pages(translate: Translate) -> dict[Path, str]:
    """Every generated page by its path below the checkout."""
    pages = {
        DOCS / "states" / f"{model._meta.model_name}.md": page(model, translate)
        for model in case_types()
    }
    return pages | {DOCS / "access.md": access_page(translate)}


def japanese() -> Translate:
    """The catalogue as its source says, compiled or not."""
    path = settings.BASE_DIR / "locale" / "ja" / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return lambda text: ""
    with path.open("rb") as file:
        texts = {(m.context or "", m.id): m.string for m in read_po(file) if m.id and not m.fuzzy}
    return lambda text: str(texts.get((context_of(text), source_text(text)), "") or "")


# docs/access.md ------------------------------------------------------------------------------


def access_page(translate: Translate) -> str:
    parts = [
        f"{HEAD}# Who may do what",
        "",
        "## Roles",
        "",
        *table(("Role", "Label", "Held in", "What for", "Permissions"), _roles(translate)),
        "",
        "## Permissions",
        "",
        *table(("Permission", *(f"`{role}`" for role in ROLES)), _permissions()),
        "",
    ]
    for model in case_types():
        roles = _roles_of(model)
        parts += [
            f"## {source_text(model._meta.verbose_name_plural).capitalize()}",
            "",
            f"States, guards and effects: [{model._meta.model_name}]({_link(model)}).",
            "",
            *table(("Step", *(f"`{role}`" for role in roles)), _steps(model, roles)),
            "",
        ]
    return (
        "\n".join([*parts, "## Addresses", "", *table(("Address", "Name", "Policy"), _routes())])
        + "\n"
    )


def _roles(translate: Translate) -> Iterator[list[str]]:
    for role in sorted(ROLES.values(), key=lambda role: KINDS.index(role.kind)):
        label, sentence = source_text(role.label), source_text(role.sentence)
        yield [
            f"`{role.id}`",
            " ".join(filter(None, [label, translate(label)])),
            role.kind,
            "<br>".join(filter(None, [sentence, translate(sentence)])),
            ", ".join(f"`{permission}`" for permission in role.permissions),
        ]


def _permissions() -> Iterator[list[str]]:
    for permission in Permission:
        carried = ("×" if permission in role.permissions else "" for role in ROLES.values())
        yield [f"`{permission}`", *carried]


def _roles_of(model: Any) -> list[str]:
    declared = [*beginnings_of(model).values(), *steps_of(model).values()]
    found = {role for step in declared for role in step.may.roles}
    return [role for role in (*ROLES, "system") if role in found]


def _link(model: Any) -> str:
    return f"states/{model._meta.model_name}.md"


def _steps(model: Any, roles: list[str]) -> Iterator[list[str]]:
    for step in (*beginnings_of(model).values(), *steps_of(model).values()):
        marks = ("×" if role in step.may.roles else "" for role in roles)
        yield [f"`{step.name}` {source_text(step.label)}", *marks]


def _routes() -> Iterator[list[str]]:
    for path, pattern in routes():
        policy = policy_of(pattern.callback)
        yield [
            f"`/{path}`",
            f"`{pattern.name}`" if pattern.name else "",
            policy.name if policy else "nobody",
        ]


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the house, in the order in which they are tried."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


# Files ---------------------------------------------------------------------------------------


def _on_file(path: Path) -> str:
    whole = settings.BASE_DIR / path
    return whole.read_text(encoding="utf-8") if whole.exists() else ""


def _strays(pages: dict[Path, str]) -> list[Path]:
    """Pages of machines that are gone."""
    found = (settings.BASE_DIR / DOCS / "states").glob("*.md")
    return [
        path.relative_to(settings.BASE_DIR)
        for path in found
        if path.relative_to(settings.BASE_DIR) not in pages
    ]


def _write(pages: dict[Path, str]) -> None:
    for path, text in pages.items():
        whole = settings.BASE_DIR / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(text, encoding="utf-8")
    for path in _strays(pages):
        (settings.BASE_DIR / path).unlink()
