"""What a person may type in the export room; pages and API validate with the same forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from exports.models import Shipment, TransferReview
from workflow.forms import StepForm, WithReason, asks, not_in_future


@asks(TransferReview.screen)
class Screen(StepForm):
    treaty_breach = forms.BooleanField(
        label=_("The transfer would breach a treaty or other international agreement"),
        required=False,
    )
    unsc_embargo = forms.BooleanField(
        label=_("A UN Security Council resolution forbids it"), required=False
    )
    conflict_party = forms.BooleanField(
        label=_("The recipient is a party to a conflict under UN measures"), required=False
    )
    active_fighting = forms.BooleanField(
        label=_("Fighting is actually taking place in the recipient's country"), required=False
    )
    special_circumstances = forms.BooleanField(
        label=_("Special circumstances of Japan's security are reasoned on file"), required=False
    )
    precedent = forms.BooleanField(label=_("There is a precedent for the type"), required=False)
    consent_clause = forms.BooleanField(
        label=_("The prior-consent clause is agreed"), required=False
    )
    assessment = forms.CharField(
        label=_("Assessment"),
        help_text=_("Destination and end user, degree of concern, overall judgement."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )

    def prepare(self) -> None:
        for name in self.fields:
            self.fields[name].initial = getattr(self.case, name)


@asks(TransferReview.clear)
class Clear(StepForm):
    decision = forms.CharField(
        label=_("Decision and conditions"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )
    valid_until = forms.DateField(
        label=_("Valid until"), help_text=_("Six months unless another validity is set.")
    )

    def prepare(self) -> None:
        self.fields["valid_until"].initial = TransferReview.usual_validity(timezone.localdate())

    def clean_valid_until(self) -> Any:
        day = self.cleaned_data["valid_until"]
        if day < timezone.localdate():
            raise forms.ValidationError(
                _t("The clearance would be over already. Give a later day.")
            )
        return day


for _method in (TransferReview.refuse, TransferReview.hold):
    asks(_method)(WithReason)


@asks(Shipment.ship)
class Ship(StepForm):
    shipped_on = forms.DateField(label=_("Shipped on"))
    carrier = forms.CharField(
        label=_("Carrier"), help_text=_("For services: who performs them."), max_length=120
    )
    permit_number = forms.CharField(label=_("Export permit number"), max_length=60)

    def prepare(self) -> None:
        self.fields["shipped_on"].initial = timezone.localdate()

    def clean_shipped_on(self) -> Any:
        return not_in_future(self.cleaned_data["shipped_on"])


@asks(Shipment.receive)
class Receive(StepForm):
    received_on = forms.DateField(label=_("Received on"))
    received_by = forms.CharField(label=_("Received by"), max_length=120)

    def prepare(self) -> None:
        self.fields["received_on"].initial = timezone.localdate()

    def clean_received_on(self) -> Any:
        day = not_in_future(self.cleaned_data["received_on"])
        if self.case.shipped_on and day < self.case.shipped_on:
            raise forms.ValidationError(
                _t("Received before it was shipped on %(day)s. Correct the day.")
                % {"day": date_format(self.case.shipped_on)}
            )
        return day
