"""Write the pages that come from the code: `docs/states/*.md`, `docs/access.md`, `docs/events.md`.

With `--check` nothing is written: it names the pages that are not as the code says, and fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import URLPattern, URLResolver, get_resolver

from partners.access import ROLES, Permission, Role
from partners.models import Membership, Organisation, Person
from partners.policies import Policy, policy_of
from workflow.diagrams import HEAD, Translate, context_of, page, table
from workflow.models import Entry
from workflow.steps import beginnings_of, case_types, steps_of
from workflow.values import source_text

DOCS = Path("docs")
ROWS_SAY = (
    "What the role sees of each kind of case. “own”: those of the person's own nation or contractor.",
    "“unlabelled, handled”: those whose label names no readers, and those the person handles, signs",
    "next or has emergency access to. Empty: none; a row that is not seen is not found (404).",
)
ADDRESSES_SAY = (
    "What an address answers about a row of one's own, about another's (the same as about a missing",
    "one), and to somebody without a role today. A stranger is led to sign in, or gets 401 (API).",
)
EVENTS_SAY = (
    "Each kind of entry, and the modules that write it. An entry tells who, in which role and for",
    "whom, what about, when (UTC), in which request, and a digest of what was decided on; it cannot be",
    "changed unseen ([ADR 5](adr/0005-sealed-trail.md)). What operators read is in [logs.md](logs.md).",
)
# Whoever looks lines up by their event writes `event=`.
NAMED_EVENT = re.compile(r"(?<!event=)(?<!event=Entry\.)\bEvent\.([A-Z_]+)")
WITHOUT_ROWS = {
    *("home", "sign_out", "roles", "begin"),
    *("catalogue", "article", "catalogue_options"),
    *("export_catalogue", "import_catalogue", "propose_import"),
}
KINDS = ("agency", "ministry", "nation", "contractor")


class Command(BaseCommand):
    help = "Write docs/states/*.md, docs/access.md and docs/events.md from the code."

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
    return pages | {
        DOCS / "access.md": access_page(translate),
        DOCS / "events.md": events_page(translate),
    }


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
    parts += [
        "## Rows",
        "",
        *ROWS_SAY,
        "",
        *table(("Rows", *(f"`{role}`" for role in ROLES)), _rows()),
        "",
        "## Duties that are kept apart",
        "",
        "Within a group, sides are different people's (`fms_agency/reference/separations.json`).",
        "",
        *table(("Group", "Over", "Side", "Duty", "Steps"), _separations()),
        "",
        "## Addresses",
        "",
        *ADDRESSES_SAY,
        "",
        *table(("Address", "Name", "Policy", "Own", "Other", "No organisation"), _routes()),
    ]
    return "\n".join(parts) + "\n"


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
        carried = ("○" if permission in role.permissions else "" for role in ROLES.values())
        yield [f"`{permission}`", *carried]


def _roles_of(model: Any) -> list[str]:
    declared = [*beginnings_of(model).values(), *steps_of(model).values()]
    found = {role for step in declared for role in step.may.roles}
    return [role for role in (*ROLES, "system") if role in found]


def _link(model: Any) -> str:
    return f"states/{model._meta.model_name}.md"


def _steps(model: Any, roles: list[str]) -> Iterator[list[str]]:
    for step in (*beginnings_of(model).values(), *steps_of(model).values()):
        marks = ("○" if role in step.may.roles else "" for role in roles)
        yield [f"`{step.name}` {source_text(step.label)}", *marks]


def _somebody(*roles: type[Role]) -> Person:
    """Somebody with these roles today, in organisations that are nobody's; no row is asked for."""
    person = Person()
    person.memberships_today = [
        Membership(person=person, organisation=_place(role), role=role.id) for role in roles
    ]
    return person


def _place(role: type[Role]) -> Organisation:
    return Organisation(kind=role.kind, nation_id="XX" if role.kind == "nation" else None)


def _rows() -> Iterator[list[str]]:
    """What `visible_to` lets each role see of each case type."""
    for model in case_types():
        cells = (_reach(model, role) for role in ROLES.values())
        yield [source_text(model._meta.verbose_name_plural), *cells]


def _reach(model: Any, role: type[Role]) -> str:
    rows = model._default_manager.visible_to(_somebody(role))
    if rows.query.is_empty():
        return ""
    _columns, _where, condition = str(rows.query).partition(" WHERE ")
    if Permission.CASE_READ_ALL in role.permissions or not condition:
        return "all"
    return "unlabelled, handled" if '"handling" IN' in condition else "own"


def _separations() -> Iterator[list[str]]:
    text = (settings.BASE_DIR / "fms_agency/reference/separations.json").read_text(encoding="utf-8")
    for row in json.loads(text):
        steps = (
            f"`{model._meta.model_name}.{step.name}`"
            for model in case_types()
            for step in (*beginnings_of(model).values(), *steps_of(model).values())
            if step.duty == row["duty"]
        )
        yield [row["group"], row["scope"], row["side"], row["name_en"], ", ".join(steps)]


def _routes() -> Iterator[list[str]]:
    for path, pattern in routes():
        policy = policy_of(pattern.callback)
        yield [
            f"`/{path}`",
            f"`{pattern.name}`" if pattern.name else "",
            policy.name if policy else "nobody",
            *_answers(path, pattern.name, policy),
        ]


def _answers(path: str, name: str | None, policy: Policy | None) -> tuple[str, str, str]:
    """Status for a row of one's own, for another's, and for somebody without a role today."""
    if policy is None:
        return "403", "403", "403"
    if policy.test is None and not policy.by_token:
        return "no rows", "no rows", "as anybody"
    comes_in = policy.test is not None and policy.test(_somebody()) and not policy.by_token
    outsider = "led on by role" if comes_in else "403"
    if name in WITHOUT_ROWS:
        return "no rows", "no rows", outsider
    of_a_row = any(f":{name}>" in path for name in ("number", "pk"))
    return ("as the row", "404", outsider) if of_a_row else ("own rows", "none of them", outsider)


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the house, in the order in which they are tried."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


# docs/events.md ------------------------------------------------------------------------------


def events_page(translate: Translate) -> str:
    parts = [
        f"{HEAD}# What the trail tells",
        "",
        *EVENTS_SAY,
        "",
        *table(("Event", "What somebody did", "Written by"), _events(translate)),
    ]
    return "\n".join(parts) + "\n"


def _events(translate: Translate) -> Iterator[list[str]]:
    written = _written()
    for event in Entry.Event:
        label = source_text(event.label)
        yield [
            f"`{event.value}`",
            " ".join(filter(None, [label, translate(event.label)])),
            ", ".join(f"`{path}`" for path in written.get(event.name, ())),
        ]


def _written() -> dict[str, list[str]]:
    """The modules whose source names each event; a step's line is the gate's."""
    found: dict[str, list[str]] = {}
    for part in ("portal", "partners", "notifications", "documents", "workflow"):
        for path in sorted((settings.BASE_DIR / part).rglob("*.py")):
            for name in sorted(set(NAMED_EVENT.findall(path.read_text(encoding="utf-8")))):
                found.setdefault(name, []).append(str(path.relative_to(settings.BASE_DIR)))
    return found | {Entry.Event.STEP.name: ["workflow/steps.py"]}


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
