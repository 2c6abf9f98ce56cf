"""The form field for a file from outside: pages and API validate with the same one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext

from documents.uploads import TYPES, validate

SIGNED = (".pdf", ".png", ".jpg", ".jpeg")


class PaperField(forms.FileField):
    """A file that `uploads.validate` accepts; its name comes back cleaned, its type true.

    `types` narrows what this field takes; `SIGNED` is what a signed sheet can be.
    """

    widget = forms.ClearableFileInput

    def __init__(self, *, types: Iterable[str] = TYPES, **kwargs: Any) -> None:
        self.types = tuple(types)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
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
        return file

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": ",".join(self.types)}
