"""A golden table: what the gate answers to everybody, for every step, in every situation of a case."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import override

from workflow import steps
from workflow.models import Case
from workflow.steps import Refused, Step

HERE = Path(__file__).parent
OPEN = "**open**"
WITHIN = "open within another step only"
NOT_SHOWN = "–"
HEAD = """\
# {machine}: who can take which step, and what stands against it

Read a change here as you would read a law; `UPDATE_GOLDEN=1` rewrites the page. “–” means that the
step does not concern the role: it is not shown, and refused to whoever tries.
"""


@dataclass(frozen=True)
class Answers:
    """Everything the gate says to a case in one situation: step → answer → who hears it."""

    case: Case
    said: Mapping[str, Mapping[str, list[str]]]

    @classmethod
    def about(cls, case: Case, people: Mapping[str, Any]) -> Answers:
        steps_here = steps.steps_of(type(case)).values()
        with override("en"):
            return cls(case, {step.name: _answers(case, step, people) for step in steps_here})

    @property
    def open(self) -> set[tuple[str, str]]:
        """Who can take which step."""
        return {(name, who) for name, said in self.said.items() for who in said.get(OPEN, [])}


def offered(case: Case, people: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The same, as pages and the API offer it."""
    return {
        (choice.name, who)
        for who, actor in people.items()
        for choice in steps.choices(case, actor)
        if choice.is_open
    }


def table(model: type[Case], situations: Mapping[str, Answers]) -> str:
    """The whole page of a machine."""
    with override("en"):
        name = str(model._meta.verbose_name).capitalize()
    parts = [_section(title, answers) for title, answers in situations.items()]
    return "\n".join([HEAD.format(machine=name), *parts])


def golden(name: str, found: str) -> str:
    """What the table says on file; with `UPDATE_GOLDEN=1` it is rewritten first."""
    path = HERE / f"{name}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _section(title: str, answers: Answers) -> str:
    declared = steps.steps_of(type(answers.case)).values()
    here = [step.name for step in declared if answers.case.state in step.sources]
    rows = [row for name in here for row in _rows(name, answers.said[name])]
    rows += _elsewhere({n: said for n, said in answers.said.items() if n not in here})
    return "\n".join([f"## {title}", "", "| Step | Answer | To |", "|---|---|---|", *rows, ""])


def _rows(name: str, said: Mapping[str, list[str]]) -> list[str]:
    told = {text: whom for text, whom in said.items() if text != NOT_SHOWN}
    rows = [f"| `{name}` | {text} | {', '.join(whom)} |" for text, whom in told.items()]
    return [*rows, f"| `{name}` | {NOT_SHOWN} | the other {len(said.get(NOT_SHOWN, []))} |"]


def _elsewhere(others: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    """Steps that start from other states, by what they answer to those whom they concern."""
    names: dict[str, list[str]] = {}
    for name, said in others.items():
        for text in said:
            if text != NOT_SHOWN:
                names.setdefault(text, []).append(f"`{name}`")
    return [f"| {', '.join(them)} | {text} | whom it concerns |" for text, them in names.items()]


def _answers(case: Case, step: Step, people: Mapping[str, Any]) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    for who, actor in people.items():
        answers.setdefault(_answer(case, step, actor), []).append(who)
    return dict(sorted(answers.items()))


def _answer(case: Case, step: Step, actor: Any) -> str:
    """What `take` says before it moves anything."""
    if not step.may.concerns(actor, case):
        return NOT_SHOWN
    try:
        steps._check(step, case, actor, None)
    except Refused as refusal:
        return str(refusal)
    return WITHIN if step.inner else OPEN
