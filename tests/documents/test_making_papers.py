"""A step sets off a paper: once, in order, for its audience, and never changed again."""

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    connection,
    connections,
    transaction,
)
from django.utils.translation import gettext_lazy as _

from documents import rendering, storage
from documents.models import Document
from documents.papers import AGENCY, CONTRACTOR, NATION, paper
from tests.documents.sample_case import SampleCase, follow_up
from workflow import walls

pytestmark = pytest.mark.django_db


@paper("offer", title=_("Letter of offer"), audience=NATION)
def offer(case: Any) -> dict[str, Any]:
    return {"title": "Radars", "currency": "JPY", "lines": [], **case.values}


@pytest.fixture(autouse=True)
def quick_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes of a page stand for its PDF; `test_pdf` draws real ones."""
    monkeypatch.setattr(rendering, "pdf", lambda page, made_at: f"{made_at} {page}".encode())


def test_paper_is_stored_under_its_hash_with_what_the_case_is_called() -> None:
    case: Any = SampleCase()
    row = follow_up(case)

    offer.run(case, row)

    made = Document.objects.get()
    assert str(made) == "JP-PH-26-0007 offer v1"
    assert (made.case_id, made.case_number, made.owner_code) == (
        case.pk,
        "JP-PH-26-0007",
        "PH",
    )
    assert (made.kind, made.version, made.origin, made.language) == (
        "offer",
        1,
        "made",
        "bilingual",
    )
    assert (made.made_by, made.made_at) == ("SATO Hanako", row.entry.at)
    assert made.file_name == "JP-PH-26-0007_offer_v1.pdf"
    assert made.sha256 == sha256(made.path.read_bytes()).hexdigest() == made.path.name
    assert made.size == made.path.stat().st_size


def test_paper_is_an_effect_whose_values_can_be_looked_at() -> None:
    assert offer.key == "paper:offer"
    assert offer(SampleCase())["title"] == "Radars"


def test_paper_made_twice_for_a_step_is_one_paper() -> None:
    case: Any = SampleCase()
    row = follow_up(case)

    offer.run(case, row)
    offer.run(case, row)

    assert Document.objects.count() == 1


def test_next_step_makes_the_next_version() -> None:
    case: Any = SampleCase()

    offer.run(case, follow_up(case))
    offer.run(case, follow_up(case))

    assert list(
        Document.objects.of(case).order_by("version").values_list("version", flat=True)
    ) == [1, 2]
    newest = Document.objects.of(case).latest("offer")
    assert newest is not None
    assert newest.version == 2
    assert list(Document.objects.newest_versions()) == [newest]


def test_title_is_kept_untranslated_and_shown_in_the_readers_language() -> None:
    case: Any = SampleCase()

    offer.run(case, follow_up(case))

    assert Document.objects.get().title == "Letter of offer"


@pytest.mark.parametrize(
    ("audience", "for_nation", "for_contractor"),
    [
        (AGENCY, False, False),
        (NATION, True, False),
        (CONTRACTOR(lambda case: case.contractor_id), False, True),
        (NATION | CONTRACTOR(lambda case: case.contractor_id), True, True),
    ],
)
def test_paper_is_seen_by_its_audience_only(
    audience: Any, for_nation: bool, for_contractor: bool
) -> None:
    case: Any = SampleCase(contractor_id=uuid4())
    made = paper("offer", title="Offer", audience=audience)(offer.values)

    made.run(case, follow_up(case))

    assert Document.objects.for_nation("PH").exists() is for_nation
    assert Document.objects.for_contractor(case.contractor_id).exists() is for_contractor
    assert not Document.objects.for_nation("AU").exists()
    assert not Document.objects.for_nation("").exists()
    assert not Document.objects.for_contractor(uuid4()).exists()


def test_failed_drawing_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    case: Any = SampleCase()

    with pytest.raises(TypeError):
        paper("offer", title="Offer")(lambda case: {"case": case}).run(case, follow_up(case))

    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "change",
    ["UPDATE documents_document SET title = 'x'", "DELETE FROM documents_document"],
)
def test_database_refuses_to_change_a_paper(change: str) -> None:
    case: Any = SampleCase()
    offer.run(case, follow_up(case))

    with (
        walls.within(walls.OWNER),
        pytest.raises(DatabaseError, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"size": 0}, "not_empty"),
        ({"sha256": "abc"}, "hashed"),
        ({"sha256": "A" * 64}, "hashed"),
        ({"origin": "found"}, "known_origin"),
        ({"language": "fr"}, "known_language"),
        ({"version": 0}, "version_from_one"),
        ({"version": 1}, "one_per_version"),
        ({"version": 2, "kind": "offer"}, "made_once"),
        ({"entry": None}, "made_by_a_step"),
        ({"for_nation": True, "owner_code": ""}, "nation_named"),
    ],
)
def test_database_keeps_the_promises(wrong: dict[str, Any], name: str) -> None:
    case: Any = SampleCase()
    offer.run(case, follow_up(case))
    row = Document.objects.get()
    row.pk, row.version, row._state.adding = uuid4(), 2, True
    row.kind = "offer" if name in {"one_per_version", "made_once"} else "other"
    for column, value in wrong.items():
        setattr(row, column, value)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_papers_of_racing_steps_get_different_versions() -> None:
    case: Any = SampleCase()
    rows = [follow_up(case) for _ in range(8)]
    together = Barrier(8)

    def make(row: Any) -> None:
        together.wait()
        try:
            with walls.house():
                offer.run(case, row)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, rows))

    assert sorted(Document.objects.values_list("version", flat=True)) == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_one_follow_up_run_by_many_makes_one_paper() -> None:
    case: Any = SampleCase()
    row = follow_up(case)
    together = Barrier(8)

    def make(_number: int) -> None:
        together.wait()
        try:
            with walls.house():
                offer.run(case, row)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(8)))

    assert Document.objects.count() == 1


def test_same_bytes_are_one_file_and_a_half_written_one_is_mended() -> None:
    digest = storage.store(b"paper")
    path = Document(sha256=digest).path
    path.write_bytes(b"pap")

    assert storage.store(b"paper") == digest
    assert path.read_bytes() == b"paper"
    assert [file.name for file in path.parent.iterdir()] == [digest]


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_damaged_file_is_not_read(harm: str) -> None:
    path = Document(sha256=storage.store(b"paper")).path
    path.write_bytes(b"other") if harm == "changed" else path.unlink()

    with pytest.raises(storage.Damaged):
        storage.read(path.name)


def test_failed_write_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="no space"):
        storage.store(b"paper")
    path = Document(sha256=sha256(b"paper").hexdigest()).path
    assert list(path.parent.iterdir()) == []
