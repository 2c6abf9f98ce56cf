"""What a step asks a person: one form, used by pages and API alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from workflow.models import Case
from workflow.steps import Step


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
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values from the case. Nothing by default."""


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
