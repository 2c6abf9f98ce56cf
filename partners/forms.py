"""What a person may type about access; pages validate with the same forms as everybody."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners import access, kinds, need_to_know, reference
from partners.absences import why_not as why_not_absent
from partners.access import ROLES, Permission, carriers
from partners.handling import candidates, handlers_of
from partners.models import EmergencyAccess, Membership, Organisation, Person, Unit
from partners.models.person import LANGUAGES
from partners.people import Term, why_not_beside, why_not_fitting
from partners.route_steps import StepsField
from workflow.forms import StepForm, asks, make_strict, reads_as_it_is
from workflow.handling import Handling
from workflow.models import Dated, Reference


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


# People and their roles ----------------------------------------------------------------------


class WithReason(forms.Form):
    """An act on a person; what it needs beyond its reason stands above it."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.order_fields([name for name in self.fields if name != "reason"])
        self.prepare()

    def prepare(self) -> None:
        """Fill choices from the person. Nothing by default."""

    @property
    def given(self) -> dict[str, Any]:
        """What the act is called with."""
        return self.cleaned_data


class GiveRole(WithReason):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.order_by("kind", "name_en")
    )
    role = forms.ChoiceField(label=_("Role"))
    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.all(),
        required=False,
        help_text=_(
            "For ranks: the unit in which it is held. For others: what is circulated there."
        ),
    )
    is_acting = forms.BooleanField(
        label=_("Acts for a vacant post, or holds this post beside another"), required=False
    )
    valid_from = forms.DateField(label=_("First day"))
    valid_to = forms.DateField(label=pgettext_lazy("role", "Last day"), required=False)

    def prepare(self) -> None:
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (label, [(role.id, role.label) for role in ROLES.values() if role.kind == kind])
            for kind, label in Organisation.Kind.choices
        ]
        self.initial.setdefault("valid_from", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["valid_to"] and cleaned["valid_to"] < cleaned["valid_from"]:
            self.add_error("valid_to", _t("The last day cannot be before the first."))
        elif cleaned["valid_from"] < timezone.localdate():
            self.add_error("valid_from", _t("A role counts from today at the earliest."))
        elif why := why_not_fitting(self.term) or (
            why_not_beside(self.person, self.term) if self.person else ""
        ):
            self.add_error("role", why)
        return cleaned

    @property
    def term(self) -> Term:
        given = self.cleaned_data
        days = given["valid_from"], given["valid_to"]
        post = {"unit": given["unit"], "is_acting": given["is_acting"]}
        return Term(given["organisation"], given["role"], *days, **post)

    @property
    def given(self) -> dict[str, Any]:
        return {"term": self.term, "reason": self.cleaned_data["reason"]}


class EndRole(WithReason):
    membership = forms.ModelChoiceField(label=_("Role"), queryset=Membership.objects.none())
    last_day = forms.DateField(
        label=pgettext_lazy("role", "Last day"), help_text=_("Yesterday ends the role at once.")
    )

    def prepare(self) -> None:
        today = timezone.localdate()
        rows = Membership.objects.counting().filter(Q(valid_to=None) | Q(valid_to__gte=today))
        field: Any = self.fields["membership"]
        rows = rows.filter(person=self.person)
        field.queryset = rows.select_related("organisation", "unit")
        field.label_from_instance = lambda row: f"{row.post} ({row.organisation})"
        self.initial.setdefault("last_day", today)


class Invite(GiveRole):
    """An account and its first role."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    family_name = forms.CharField(label=_("Family name"), max_length=60)
    given_name = forms.CharField(label=_("Given name"), max_length=60)
    family_name_ja = forms.CharField(
        label=_("Family name in Japanese"), max_length=60, required=False
    )
    given_name_ja = forms.CharField(
        label=_("Given name in Japanese"), max_length=60, required=False
    )
    title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    field_order = (
        *("email", "family_name", "given_name", "family_name_ja", "given_name_ja"),
        *("title", "language", "organisation", "role", "valid_from", "valid_to", "reason"),
    )

    def prepare(self) -> None:
        super().prepare()
        self.order_fields(self.field_order)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if Person.objects.filter(email=email).exists():
            raise forms.ValidationError(
                _t("Somebody with this e-mail address is known already."), code="known"
            )
        return email

    @property
    def given(self) -> dict[str, Any]:
        named = {name: self.cleaned_data[name] for name in self.field_order[:7]}
        return named | super().given


# Reference data ------------------------------------------------------------------------------

AT_THE_END = (*kinds.DAYS_AND_SOURCE, "reason")
LONGEST_CODE = 40


# The register of absences --------------------------------------------------------------------


class EnterAbsence(WithReason):
    """One's own absence; an administrator chooses whose."""

    who = forms.ModelChoiceField(label=_("Who is away"), queryset=Person.objects.none())
    first_day = forms.DateField(label=_("First day"))
    last_day = forms.DateField(label=pgettext_lazy("absence", "Last day"))
    deputy = forms.ModelChoiceField(
        label=_("Deputy"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("Who decides in their place. Whoever is away reads it afterwards."),
    )

    def prepare(self) -> None:
        for field in self.fields.values():
            make_strict(field)
        rows = Membership.objects.on(timezone.localdate()).filter(organisation__kind="agency")
        everybody = Person.objects.filter(is_active=True, pk__in=rows.values("person"))
        manages = bool(access.holds(self.person, Permission.PEOPLE_MANAGE))
        own = everybody.filter(pk=self.person.pk)  # type: ignore[union-attr]
        self.fields["who"].queryset = everybody if manages else own  # type: ignore[attr-defined]
        deciders = rows.filter(role__in=carriers(Permission.APPROVAL_DECIDE)).values("person")
        self.fields["deputy"].queryset = everybody.filter(pk__in=deciders)  # type: ignore[attr-defined]
        self.initial.setdefault("who", self.person)
        self.initial.setdefault("first_day", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            days = cleaned["first_day"], cleaned["last_day"]
            if why := why_not_absent(cleaned["who"], *days, cleaned["deputy"]):
                self.add_error("last_day", why)
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"person": given.pop("who"), **given}


class ProposeRow(WithReason):
    """A new row of a kind, or how one is to be from now on: what says which row it is stays."""

    def __init__(
        self,
        *args: Any,
        kind: type[Reference],
        instead_of: Reference | None = None,
        **kwargs: Any,
    ) -> None:
        self.kind, self.instead_of = kind, instead_of
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        columns = [one for one in kinds.columns_of(self.kind) if one.name not in self.kept]
        self.fields |= {one.name: _asked(self.kind, one) for one in columns}
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.append(reads_as_it_is)
            make_strict(field)
        own = [one.name for one in columns if one.name not in AT_THE_END]
        self.order_fields([*own, *AT_THE_END])
        if self.instead_of:
            self.initial = {name: _typed(getattr(self.instead_of, name)) for name in own}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.row.clean_fields()
            self.row.clean()
            self.row.validate_unique()
            self.row.validate_constraints(exclude=["valid_from"])
        except forms.ValidationError as error:
            self.add_error(None, error)
        else:
            if why := reference.why_not(self.row, self.instead_of):
                self.add_error("valid_from" if "valid_from" in self.fields else None, why)
        return cleaned

    @property
    def kept(self) -> list[str]:
        return kinds.key_of(self.kind) if self.instead_of else []

    @property
    def row(self) -> Any:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        if self.instead_of and not kinds.is_dated(self.kind):
            return kinds.with_values(self.instead_of, typed)
        key = {name: getattr(self.instead_of, name) for name in self.kept}
        return self.kind(**key, **typed)

    @property
    def given(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "instead_of": self.instead_of,
            "reason": self.cleaned_data["reason"],
        }


class ProposeEnd(WithReason):
    last_day = forms.DateField(label=pgettext_lazy("reference", "Last day"))
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("The memo or decision that says so.")
    )

    def __init__(self, *args: Any, row: Dated, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        for field in self.fields.values():
            make_strict(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and (why := reference.why_not_end(self.row, cleaned["last_day"])):
            self.add_error("last_day", why)
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        return {"row": self.row, **self.cleaned_data}


class ProposeWithdrawal(WithReason):
    """A row that has not begun: only why it never should is asked."""

    def __init__(self, *args: Any, row: Dated, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        make_strict(self.fields["reason"])

    @property
    def given(self) -> dict[str, Any]:
        return {"row": self.row, **self.cleaned_data}


def _asked(kind: type[Reference], column: Any) -> forms.Field:
    """A column as it is asked for. Codes of rules are those that the house knows already."""
    label = capfirst(column.verbose_name)
    if isinstance(column, models.JSONField):
        return StepsField(label=label)
    is_code = isinstance(column, models.CharField) and (column.max_length or 0) <= LONGEST_CODE
    if kinds.is_dated(kind) and is_code and not column.choices and not column.blank:
        known = kind.objects.order_by(column.name).values_list(column.name, flat=True).distinct()
        return forms.ChoiceField(
            label=label, choices=[(code, kinds.name_of(code)) for code in known]
        )
    asked: forms.Field = column.formfield()
    if column.name == "source":
        asked.help_text = _("The memo or decision that says so.")
    return asked


def _typed(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
