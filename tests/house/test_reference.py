"""No reference data changes without a line of the trail, whichever way it is changed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from approvals.models import ApprovalRoute
from cases.models import Rate
from fms_agency.management.commands.load_reference import SHIPPED
from industry.models import ArticleMaker, ArticlePrice, NonrecurringCharge
from tests.factories import ChargeFactory, MakerFactory, PriceFactory, person
from workflow.models import Entry, Reference
from workflow.models.reference import PassesByTheTrail
from workflow.seal.protected import PROTECTED
from workflow.values import digest, of_row
from workflow.walls import agency, shared, wall_of

pytestmark = pytest.mark.django_db
KINDS = sorted(
    (model for model in apps.get_models() if issubclass(model, Reference)),
    key=lambda model: model._meta.label_lower,
)

# For whom a route is longer, who makes what and what it costs is nobody else's.
AGENCYS_OWN = {ApprovalRoute, ArticleMaker, ArticlePrice, NonrecurringCharge}
# Of these no row comes with the house.
MADE: dict[type[Any], Any] = {
    ArticleMaker: MakerFactory,
    ArticlePrice: PriceFactory,
    NonrecurringCharge: ChargeFactory,
}


@pytest.fixture
def row(kind: Any) -> Any:
    return kind.objects.first() or MADE[kind]()


def test_what_everybody_reads_is_reference_data_and_attested_row_by_row() -> None:
    ours = (model for model in apps.get_models() if "wall" in vars(model))
    shared_by_all = {model for model in ours if model.wall == shared()}

    assert shared_by_all | AGENCYS_OWN == set(KINDS)
    assert {wall_of(kind) for kind in AGENCYS_OWN} == {agency()}
    assert {model._meta.label_lower for model in KINDS} <= set(PROTECTED)


@pytest.mark.parametrize("kind", KINDS, ids=lambda model: model._meta.label_lower)
def test_change_of_a_row_is_a_line_from_what_to_what_and_by_whom(kind: Any, row: Any) -> None:
    officer, before = person("finance_officer"), row.source
    row.source = "memo 12"

    row.save(by=officer, why="The memo of today.")
    row.save(by=officer, why="Nothing new.")

    line = Entry.objects.get(actor_id=officer.actor_id)
    assert (line.event, line.note) == ("reference_changed", "The memo of today.")
    assert line.subject == f"{kind._meta.label_lower}:{row.pk}"
    assert line.given["changed"] == {"source": {"from": before, "to": "memo 12"}}
    assert line.digest == digest(of_row(kind.objects.get(pk=row.pk)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda model: model._meta.label_lower)
def test_what_would_pass_by_the_trail_is_refused(kind: Any, row: Any) -> None:
    for passing in (
        lambda: kind.objects.update(source="x"),
        lambda: kind.objects.filter(pk=row.pk).delete(),
        lambda: kind.objects.bulk_create([row]),
        lambda: kind.objects.bulk_update([row], ["source"]),
        row.delete,
    ):
        with pytest.raises(PassesByTheTrail):
            passing()
    assert kind.objects.get(pk=row.pk) == row


def test_new_row_comes_from_nothing() -> None:
    row = Rate.objects.create(code="deposit", percent=9, valid_from="2027-04-01", source="memo")

    line = Entry.objects.get()
    assert (line.actor_id, line.subject) == ("system", f"cases.rate:{row.pk}")
    assert line.given["changed"] == {
        "id": {"from": None, "to": row.pk},
        "rate_set": {"from": None, "to": "jp"},
        "code": {"from": None, "to": "deposit"},
        "percent": {"from": None, "to": "9.0000"},
        "amount": {"from": None, "to": None},
        "currency": {"from": None, "to": ""},
        "valid_from": {"from": None, "to": "2027-04-01"},
        "valid_to": {"from": None, "to": None},
        "source": {"from": None, "to": "memo"},
    }


# From files ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for file in SHIPPED.glob("*.json"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_loading_twice_tells_nothing_new(files: Path) -> None:
    call_command("load_reference", reference=files)

    assert not Entry.objects.exists()


def test_each_row_that_a_file_adds_is_a_line(files: Path) -> None:
    rates = json.loads((files / "rates.json").read_text(encoding="utf-8"))
    in_force = [row for row in rates if "valid_to" not in row]
    news = [{**row, "valid_from": "2030-04-01", "source": "memo 30"} for row in in_force]
    (files / "rates.json").write_text(json.dumps(rates + news), encoding="utf-8")

    call_command("load_reference", reference=files)

    added = Rate.objects.filter(valid_from=date(2030, 4, 1))
    told = Entry.objects.filter(event="reference_changed", note="load_reference")
    assert {line.subject for line in told} == {f"cases.rate:{row.pk}" for row in added}
    assert (len(told), Entry.objects.count()) == (len(news), len(news))
