"""Pages about a machine, made from its declarations: a diagram of its states, a table of its steps.

Everything comes from `@step`, so a page cannot say what the gate does not do. Texts are given in
the source language beside their translation; `translate` looks one up ("" when it has none).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from workflow.models import Case
from workflow.steps import Step, beginnings_of, steps_of
from workflow.values import source_text

Translate = Callable[[Any], str]

HEAD = """\
<!-- Made by `manage.py generate_pages`; change the declarations, not this page. -->
"""


def page(model: type[Case], translate: Translate) -> str:
    """The page of one machine."""
    name = source_text(model._meta.verbose_name)
    return "\n".join(
        [
            f"{HEAD}# {' / '.join(filter(None, [name.capitalize(), translate(name)]))}",
            "",
            first_line(inspect.getdoc(inspect.getmodule(model))),
            f"Declared in `{model.__module__.replace('.', '/')}.py`.",
            "",
            "```mermaid",
            *diagram(model),
            "```",
            "",
            "## States",
            "",
            *table(
                ("State", "English", "日本語", "Steps that leave it"), _states(model, translate)
            ),
            "",
            "## Beginnings",
            "",
            *table(_HEADINGS, (_row(s, translate) for s in beginnings_of(model).values())),
            "",
            "## Steps",
            "",
            *table(_HEADINGS, (_row(s, translate) for s in steps_of(model).values())),
            "",
        ]
    )


def diagram(model: Any) -> list[str]:
    """Lines of a Mermaid state diagram; steps that stay in their state stand in the table only."""
    states = _labels(model)
    begin = model._meta.get_field("state").default
    moves = [
        f"    {source} --> {target}: {step.name}"
        for step in steps_of(model).values()
        for source in step.sources
        for target in step.targets
        if target != source
    ]
    left = {source for step in steps_of(model).values() for source in _left_by(step)}
    return [
        "stateDiagram-v2",
        *(f"    [*] --> {begin}: {name}" for name in beginnings_of(model)),
        *moves,
        *(f"    {state} --> [*]" for state in states if state not in left),
    ]


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Lines of a Markdown table."""
    headings = list(headings)
    lines = [headings, ["---"] * len(headings), *(list(row) for row in rows)]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def context_of(text: Any) -> str:
    """What tells two texts of the same English words apart: the first argument of `pgettext_lazy`."""
    given: tuple[Any, ...] = getattr(text, "_args", ())
    return str(given[0]) if len(given) > 1 else ""


def first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]


def told_as(function: Callable[..., Any]) -> str:
    """A guard's or book's own sentence; without one the name under which it was declared."""
    return first_line(inspect.getdoc(function)) or f"`{_name_of(function)}`"


_HEADINGS = (
    "Step",
    "Label",
    "From → to",
    "Who",
    "Only when",
    "Writes with it",
    "What follows",
    "What it means",
)


_INNER = ("as part of another step",)


def _row(step: Step, translate: Translate) -> list[str]:
    label = source_text(step.label)
    return [
        f"`{step.name}`",
        _both(label, translate),
        _way(step),
        _list([*(f"`{role}`" for role in step.may.roles), *_INNER[: step.inner]]),
        _list(told_as(guard) for guard in step.when),
        _list(f"`{_name_of(book)}`" for book in step.books),
        _list(f"`{effect.key}`" for effect in step.then),
        _both(step.doc, translate),
    ]


def _states(model: type[Case], translate: Translate) -> list[list[str]]:
    steps = steps_of(model).values()
    return [
        [
            f"`{state}`",
            source_text(label),
            translate(label),
            _list(f"`{step.name}`" for step in steps if state in _left_by(step)),
        ]
        for state, label in _labels(model).items()
    ]


def _labels(model: Any) -> dict[str, Any]:
    choices = model._meta.get_field("state").flatchoices
    return {str(state): label for state, label in choices}


def _left_by(step: Step) -> list[str]:
    return [str(source) for source in step.sources if set(step.targets) - {source}]


def _way(step: Step) -> str:
    if not step.sources:
        return "→ new"
    return f"{', '.join(step.sources)} → {' or '.join(step.targets) or 'stays'}"


def _name_of(function: Callable[..., Any]) -> str:
    """`open_file` for the book that `open_file(...)` made."""
    name = getattr(function, "__qualname__", type(function).__name__)
    return name.partition(".<locals>")[0]


def _both(text: str, translate: Translate) -> str:
    other = translate(text)
    return f"{text}<br>{other}" if other else text


def _list(items: Iterable[str]) -> str:
    return "<br>".join(items)
