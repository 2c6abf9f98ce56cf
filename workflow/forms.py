"""What a step asks a person: one form, used by pages and API alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from workflow.models import Case
from workflow.steps import Step

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
REMEDIES: tuple[tuple[type[forms.Field], str | Promise], ...] = (
    (forms.FileField, _("This is needed: attach a file.")),
    (forms.MultipleChoiceField, _("This is needed: choose at least one.")),
    (forms.ChoiceField, _("This is needed: choose one.")),
    (forms.BooleanField, _("This is needed: confirm it.")),
    (forms.DateField, _("This is needed: give a day, as 2026-04-01.")),
    (forms.DecimalField, _("This is needed: give an amount in digits, as 1234.50.")),
    (forms.IntegerField, _("This is needed: give a whole number.")),
    (forms.CharField, _("This is needed: write a few words.")),
)


def in_these_centuries(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(
            _t("Give a day from %(first)s to %(last)s.")
            % {"first": FIRST_DAY.isoformat(), "last": LAST_DAY.isoformat()},
            code="far",
        )


def make_strict(field: forms.Field) -> None:
    """What every step asks of its fields: days of our time, and a remedy for what is missing."""
    for known, remedy in REMEDIES:
        if isinstance(field, known):
            field.error_messages["required"] = str(remedy)
            break
    if isinstance(field, forms.DateField):
        field.validators.append(in_these_centuries)


class StepForm(forms.Form):
    """A form that knows the case and the person, so that its choices fit both.

    Its fields carry the names of the step's keyword-only parameters; a house test compares them.
    """

    def __init__(self, *args: Any, case: Any, person: Any, **kwargs: Any) -> None:
        self.case, self.person = case, person
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.append(reads_as_it_is)
            make_strict(field)
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values from the case. Nothing by default."""

    @property
    def remark(self) -> str:
        """What the person should know of this very case before they take the step, or ""."""
        return ""


class WithReason(StepForm):
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


# Embeddings, overrides and isolates: with them a title reads as another one than it is. The plain
# marks of Arabic and Hebrew (U+200E, U+200F, U+061C) stay.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def reads_as_it_is(text: str) -> None:
    if TURNS.search(text):
        raise forms.ValidationError(
            _t("The text has invisible signs that turn its direction. Type it anew without them."),
            code="direction",
        )


def not_in_future(day: Any) -> Any:
    if day > timezone.localdate():
        raise forms.ValidationError(_t("This day has not come yet. Give today or an earlier day."))
    return day


def not_past(day: Any) -> Any:
    if day < timezone.localdate():
        raise forms.ValidationError(_t("This day has passed. Give today or a later day."))
    return day


_forms: dict[int, type[StepForm]] = {}


def asks(method: Any) -> Callable[[type[StepForm]], type[StepForm]]:
    """Class decorator: this form asks for what the step (or beginning) needs."""

    def remember(form: type[StepForm]) -> type[StepForm]:
        _forms[id(method.step)] = form
        return form

    return remember


def form_of(step: Step) -> type[StepForm]:
    """The step's form; a step without parameters gets an empty one."""
    return _forms.get(id(step), StepForm)


def form_for(case: Case, step: Step, person: Any, *args: Any, **kwargs: Any) -> StepForm:
    return form_of(step)(*args, case=case, person=person, **kwargs)
