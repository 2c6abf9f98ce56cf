"""Settings are read from the environment; what is missing or wrong is said with its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from fms_agency import environment


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What the environment says of WORD; nothing at first."""
    monkeypatch.delenv("WORD", raising=False)
    monkeypatch.delenv("WORD_FILE", raising=False)

    def say(value: str, name: str = "WORD") -> None:
        monkeypatch.setenv(name, value)

    return say


def refusal(read: Callable[..., Any], *words: Any) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        read("WORD", *words)
    return str(refused.value)


# Words ---------------------------------------------------------------------------------------


def test_text_is_what_is_said_or_its_default(said: Callable[..., None]) -> None:
    assert environment.text("WORD", "usual") == "usual"
    said("other")
    assert environment.text("WORD", "usual") == "other"


def test_text_without_a_default_must_be_said(said: Callable[..., None]) -> None:
    assert refusal(environment.text) == "Set WORD (or WORD_FILE) in the environment."


def test_secret_is_read_from_the_file_that_is_mounted(
    said: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("  5ecret\n", encoding="utf-8")
    said("not this one")
    said(str(tmp_path / "secret"), "WORD_FILE")

    assert environment.text("WORD") == "5ecret"


def test_file_that_is_not_there_is_named(said: Callable[..., None], tmp_path: Path) -> None:
    said(str(tmp_path / "gone"), "WORD_FILE")

    assert refusal(environment.text) == (
        f"WORD_FILE: [Errno 2] No such file or directory: '{tmp_path / 'gone'}'"
    )


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("TRUE", True), ("0", False), ("false", False)]
)
def test_flag_is_one_or_zero(said: Callable[..., None], value: str, meant: bool) -> None:
    said(value)

    assert environment.flag("WORD", not meant) is meant


def test_flag_that_is_neither_is_refused(said: Callable[..., None]) -> None:
    assert environment.flag("WORD", True) is True
    said("maybe")
    assert refusal(environment.flag, True) == "WORD is 'maybe'; write 1 or 0."


def test_number_is_whole(said: Callable[..., None]) -> None:
    assert environment.number("WORD", 7) == 7
    said("12")
    assert environment.number("WORD", 7) == 12
    said("1.5")
    assert refusal(environment.number, 7) == "WORD is '1.5'; write a whole number."


def test_choice_is_among_those_that_are_known(said: Callable[..., None]) -> None:
    known = {"json", "text"}

    assert environment.choice("WORD", "text", known) == "text"
    said("xml")
    assert refusal(environment.choice, "text", known) == "WORD is 'xml'; write json or text."


@pytest.mark.parametrize(
    ("value", "meant"), [("5/s", (5, 1)), ("600/min", (600, 60)), ("9/day", (9, 86400))]
)
def test_rate_is_so_many_in_so_long(
    said: Callable[..., None], value: str, meant: tuple[int, int]
) -> None:
    said(value)

    assert environment.rate("WORD", "1/s") == meant


@pytest.mark.parametrize("value", ["600", "600/week", "-1/min", "many/min"])
def test_rate_that_says_neither_is_refused(said: Callable[..., None], value: str) -> None:
    said(value)

    assert refusal(environment.rate, "1/s") == (
        "WORD must be written as 600/min (s, min, hour or day)."
    )


def test_names_stand_between_commas(said: Callable[..., None]) -> None:
    assert environment.names("WORD") == []
    said(" a.example, ,b.example ")
    assert environment.names("WORD") == ["a.example", "b.example"]


def test_folder_is_made(said: Callable[..., None], tmp_path: Path) -> None:
    said(str(tmp_path / "a" / ".." / "b"))

    assert environment.folder("WORD", tmp_path) == tmp_path / "b"
    assert (tmp_path / "b").is_dir()


# Servers -------------------------------------------------------------------------------------


def test_database_is_read_from_its_address(said: Callable[..., None]) -> None:
    said("postgresql://fms%40owner:5%2Fecret@db.example:5433/fms%20agency")

    assert environment.database("WORD") == {
        "ENGINE": "workflow.database",
        "NAME": "fms agency",
        "USER": "fms@owner",
        "PASSWORD": "5/ecret",
        "HOST": "db.example",
        "PORT": "5433",
    }


def test_database_may_answer_on_a_socket(said: Callable[..., None]) -> None:
    said("postgres:///fms?host=/run/postgres&port=5434")

    assert environment.database("WORD") == {
        "ENGINE": "workflow.database",
        "NAME": "fms",
        "USER": "",
        "PASSWORD": "",
        "HOST": "/run/postgres",
        "PORT": "5434",
    }


def test_database_without_a_place_is_where_the_driver_looks(said: Callable[..., None]) -> None:
    said("postgres:///fms")

    read = environment.database("WORD")

    assert (read["HOST"], read["PORT"]) == ("", "")


def test_other_databases_are_refused(said: Callable[..., None]) -> None:
    said("mysql://db.example/fms")

    assert refusal(environment.database) == "WORD must begin with postgres:// (PostgreSQL only)."


def test_database_proves_itself_as_the_address_says(said: Callable[..., None]) -> None:
    said("postgres://db.example/fms?host=x&sslmode=verify-full&sslrootcert=/ca.pem")

    assert environment.database_tls("WORD") == {
        "sslmode": "verify-full",
        "sslrootcert": "/ca.pem",
    }


def test_word_about_the_database_that_nobody_reads_is_refused(said: Callable[..., None]) -> None:
    said("postgres://db.example/fms?sslmod=verify-full&options=x")

    assert refusal(environment.database_tls) == "WORD says options, sslmod, which is not read."


def test_letters_go_to_a_folder_or_to_a_server(said: Callable[..., None]) -> None:
    assert environment.email("WORD", "file:///var/mail") == {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": "/var/mail",
    }
    said("smtps://us%40er:5%2Fecret@mail.example:465")
    assert environment.email("WORD", "file:///var/mail") == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 465,
        "EMAIL_HOST_USER": "us@er",
        "EMAIL_HOST_PASSWORD": "5/ecret",
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 10,
    }


def test_mail_server_is_this_machine_unless_it_is_named(said: Callable[..., None]) -> None:
    said("smtp://")

    read = environment.email("WORD", "")

    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"]) == (
        "localhost",
        25,
        False,
    )


def test_letters_by_another_way_are_refused(said: Callable[..., None]) -> None:
    said("pigeon://loft")

    assert refusal(environment.email, "") == (
        "WORD must begin with file:// or smtp:// or smtps://."
    )
