"""Texts are collected from the house and compiled to what Django reads."""

from __future__ import annotations

import ast
import os
from gettext import GNUTranslations
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import makemessages
from pytest_django import Settings

from cases.models import Contract, Request
from fms_agency.management.commands import collect_texts
from workflow.steps import beginnings_of, steps_of

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Contract"
msgstr "{word}"
"""


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Path:
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    source = tmp_path / "locale" / "ja" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE.format(word="契約"), encoding="utf-8")
    return source


def compiled() -> str:
    said = StringIO()
    call_command("compile_texts", stdout=said)
    return said.getvalue()


def text_in(source: Path) -> str:
    with source.with_suffix(".mo").open("rb") as file:
        return GNUTranslations(file).gettext("Contract")


def test_catalogue_is_compiled(source: Path) -> None:
    assert compiled() == "Compiled locale/ja/LC_MESSAGES/django.po\n"
    assert text_in(source) == "契約"
    assert [path.name for path in sorted(source.parent.iterdir())] == ["django.mo", "django.po"]


def test_catalogue_is_compiled_again_only_when_its_text_is_newer(source: Path) -> None:
    compiled()
    assert compiled() == ""
    source.write_text(CATALOGUE.format(word="取極"), encoding="utf-8")
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))

    assert compiled() == "Compiled locale/ja/LC_MESSAGES/django.po\n"
    assert text_in(source) == "取極"


def collected(place: Path) -> list[str]:
    """The texts of a module that marks each of them."""
    first, *rest = ast.parse(place.read_text(encoding="utf-8")).body
    assert ast.unparse(first) == "from django.utils.translation import gettext_noop as _"
    return [ast.literal_eval(line.value.args[0]) for line in rest]


def test_meanings_of_steps_and_words_of_guards_lie_beside_the_rest_while_texts_are_collected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "step_texts_collected.py"
    seen: dict[str, Any] = {}

    def collect(self: Any, *args: Any, **options: Any) -> None:
        seen.update(options, texts=collected(place))

    monkeypatch.setattr(collect_texts, "PLACE", place)
    monkeypatch.setattr(makemessages.Command, "handle", collect)
    monkeypatch.setattr(makemessages.Command, "requires_system_checks", [])

    call_command("collect_texts")

    assert seen["locale"] == ["ja"]
    assert set(seen["ignore_patterns"]) == {
        ".venv/*", "var/*", "tests/*", "build/*", ".tools/*",
    }  # fmt: skip
    assert (seen["no_obsolete"], seen["no_wrap"]) == (True, True)
    assert seen["texts"] == sorted(set(seen["texts"]) - {""})
    declared = {
        step.doc for step in (*steps_of(Contract).values(), *beginnings_of(Request).values())
    }
    assert declared - set(seen["texts"]) == set()
    assert not place.exists()


def test_module_of_texts_is_taken_away_when_collecting_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(self: Any, *args: Any, **options: Any) -> None:
        raise OSError("no xgettext")

    monkeypatch.setattr(collect_texts, "PLACE", tmp_path / "texts.py")
    monkeypatch.setattr(makemessages.Command, "handle", fail)

    with pytest.raises(OSError, match="no xgettext"):
        call_command("collect_texts")

    assert list(tmp_path.iterdir()) == []
