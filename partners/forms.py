"""What a person may type about access; pages validate with the same forms as everybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners import need_to_know
from partners.handling import candidates, handlers_of
from partners.models import EmergencyAccess, Person
from workflow.forms import StepForm, asks
from workflow.handling import Handling


@asks(EmergencyAccess.ask)
class AskForEmergencyAccess(StepForm):
    number = forms.CharField(label=_("Number of the case"), max_length=32)
    reason = forms.CharField(
        label=_("Why you must see it now"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )

    def clean(self) -> dict[str, Any]:
        """The case behind the number, and who asks, for the beginning."""
        cleaned = super().clean() or {}
        target = need_to_know.hidden_from(self.person, cleaned.get("number", "").strip())
        if cleaned.get("number") and target is None:
            self.add_error("number", _t("There is no such case, or you may see it already."))
        return {**cleaned, "target": target, "asker": self.person}


@asks(EmergencyAccess.review)
class ReviewEmergency(StepForm):
    finding = forms.CharField(
        label=_("Finding"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


class WithWhy(forms.Form):
    """A form about one deal; each of its acts is given a reason."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )

    def __init__(self, *args: Any, case: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.prepare()
        self.order_fields([name for name in self.fields if name != "reason"])

    def prepare(self) -> None:
        """Fill choices from the case. Nothing by default."""


class ChangeLabel(WithWhy):
    label = forms.ChoiceField(label=_("Handling label"), choices=Handling.choices)

    def prepare(self) -> None:
        self.initial.setdefault("label", self.case.handling)


class AddHandler(WithWhy):
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())

    def prepare(self) -> None:
        self.fields["person"].queryset = candidates(self.case)  # type: ignore[attr-defined]


class RemoveHandler(WithWhy):
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())

    def prepare(self) -> None:
        people = Person.objects
        listed = handlers_of(self.case).values("person")
        self.fields["person"].queryset = people.filter(pk__in=listed)  # type: ignore[attr-defined]
