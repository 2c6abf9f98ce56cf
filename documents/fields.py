"""The form field for a file from outside: pages and API validate with the same one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.uploads import TYPES, validate
from workflow import handling
from workflow.forms import StepForm

SIGNED = (".pdf", ".png", ".jpg", ".jpeg")


class Several(NamedTuple):
    """More files than one under one name."""

    name: str
    number: int


class OneFile(forms.ClearableFileInput):
    """One file under its name: the last of several is not quietly taken for all."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        number = len(files.getlist(name)) if hasattr(files, "getlist") else 1
        return (
            Several(name, number) if number > 1 else super().value_from_datadict(data, files, name)
        )


class PaperField(forms.FileField):
    """A file that `uploads.validate` accepts; its name comes back cleaned, its type true.

    `types` narrows what this field takes; `SIGNED` is what a signed sheet can be.
    """

    widget = OneFile

    def __init__(self, *, types: Iterable[str] = TYPES, **kwargs: Any) -> None:
        self.types = tuple(types)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if isinstance(data, Several):
            raise forms.ValidationError(
                gettext("%(count)s files came for “%(field)s”. Send one.")
                % {"count": data.number, "field": self.label or data.name},
                code="several",
            )
        file = super().clean(data, initial)
        if file and file is not initial:
            upload = validate(file)
            if PurePath(upload.name).suffix.lower() not in self.types:
                raise forms.ValidationError(
                    gettext("Send one of these types: %(types)s.")
                    % {"types": ", ".join(self.types)},
                    code="type",
                )
            file.name, file.content_type = upload.name, upload.content_type
            file.upload = upload
        return file

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": ",".join(self.types)}


def _labels() -> list[tuple[str, str]]:
    return [
        ("", gettext("As the case")),
        *((str(code), str(name)) for code, name in handling.Handling.choices),
    ]


class WithHandling(StepForm):
    """Asks which label a file carries: none above what the house, or the case, may hold."""

    handling = forms.ChoiceField(
        label=_("Handling label of the file"),
        help_text=_("What is marked on it. Leave it as it is for a file without a mark."),
        choices=_labels,
        required=False,
    )

    def prepare(self) -> None:
        self.order_fields([name for name in self.fields if name != "handling"])

    def clean_handling(self) -> str:
        label = str(self.cleaned_data["handling"])
        if not label:
            return ""
        if why := handling.why_not_here(label):
            raise forms.ValidationError(why, code="handling")
        if handling.is_restricted(label) and handling.is_higher(label, self.case.handling):
            raise forms.ValidationError(
                gettext(
                    "The file is marked higher than the case (%(label)s). Ask the agency first."
                )
                % {"label": self.case.get_handling_display()},
                code="handling",
            )
        return label
