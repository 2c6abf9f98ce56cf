"""What a door is to the player, and the door of the gate itself, which needs no running house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Protocol

from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document
from fms_agency.demo.people import Someone
from fms_agency.demo.script import Attachment
from partners import absences
from partners.models import Person
from workflow import steps
from workflow.forms import StepForm, form_for, form_of
from workflow.models import Case


class Refusal(Exception):
    """The house says no: with an HTTP status, and its sentence where there is one."""

    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(f"{status} {why}".strip())
        self.status, self.why = status, why


class DoorOfTheHouse(Protocol):
    """How somebody acts. Each method raises `Refusal` when the house does not let them."""

    def open_for(self, someone: Someone) -> None:
        """Sign in, once; afterwards steps cost only themselves."""
        ...

    def begin(
        self, someone: Someone, model: type[Case], name: str, given: Mapping[str, Any]
    ) -> str:
        """Open a case; returns its number."""
        ...

    def take(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None: ...

    def try_anyway(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        """Take a step that the person was never offered."""
        ...

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes: ...

    def enter_absence(self, someone: Someone, deputy: Someone, day: date) -> None:
        """They are away on a day; only the portal has a register."""
        ...

    def close(self) -> None: ...


class GateDoor:
    """Straight to the gate, with the same forms the doors use: for sample cases and tests."""

    def open_for(self, someone: Someone) -> None:
        """Nothing to sign in to."""

    def close(self) -> None:
        """Nothing to close."""

    def begin(
        self, someone: Someone, model: type[Case], name: str, given: Mapping[str, Any]
    ) -> str:
        person = _person(someone)
        opening = getattr(model, name)
        blank: Any = model()
        blank.nation_id = person.organisation.nation_id if person.organisation else None
        form = form_of(opening.step)(*_typed(given), case=blank, person=person)
        cleaned = _cleaned(form)
        with _answered_as_doors_do():
            act = steps.begin(opening, by=person, nation_id=blank.nation_id, **cleaned)
        return str(act.case.number)

    def take(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        person = _person(someone)
        row = _visible(case, person)
        declared = steps.steps_of(type(row))[name]
        if not declared.may.concerns(person, row):
            raise Refusal(404)
        prefilled = _prefilled(form_for(row, declared, person))
        cleaned = _cleaned(form_for(row, declared, person, *_typed({**prefilled, **given})))
        with _answered_as_doors_do():
            steps.take(row, name, by=person, version=row.version, **cleaned)

    try_anyway = take

    def enter_absence(self, someone: Someone, deputy: Someone, day: date) -> None:
        person = _person(someone)
        with _answered_as_doors_do():
            absences.enter(
                person,
                first_day=day,
                last_day=day,
                deputy=_person(deputy),
                reason="sample",
                by=person,
            )

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes:
        _visible(case, _person(someone))
        return document.read()


@contextmanager
def _answered_as_doors_do() -> Iterator[None]:
    """The gate's refusals, with the status a door gives them."""
    try:
        yield
    except steps.Refused as error:
        raise Refusal(403 if isinstance(error, steps.NotYours) else 409, str(error)) from error


def _person(someone: Someone) -> Person:
    return Person.objects.get(email=someone.email)


def _visible(case: Case, person: Person) -> Case:
    rows = type(case)._default_manager.visible_to(person)  # type: ignore[attr-defined]
    row: Case | None = rows.filter(pk=case.pk).first()
    if row is None:
        raise Refusal(404)
    return row


def _prefilled(form: StepForm) -> dict[str, Any]:
    """What the page would show already; a browser posts it back unless somebody changes it."""
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _typed(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Data and files, apart, as a form takes them."""
    files = {
        name: SimpleUploadedFile(value.name, value.data, content_type="application/pdf")
        for name, value in given.items()
        if isinstance(value, Attachment)
    }
    return {name: value for name, value in given.items() if name not in files}, files


def _cleaned(form: StepForm) -> dict[str, Any]:
    if not form.is_valid():
        raise Refusal(422, str(form.errors.as_json(escape_html=False)))
    return form.cleaned_data
