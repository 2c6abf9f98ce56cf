"""The form field for a file from outside: pages and API validate with the same one."""

from __future__ import annotations

from typing import Any

from django import forms

from documents.uploads import TYPES, validate


class PaperField(forms.FileField):
    """A file that `uploads.validate` accepts; its name comes back cleaned, its type true."""

    widget = forms.ClearableFileInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file is not initial:
            upload = validate(file)
            file.name, file.content_type = upload.name, upload.content_type
        return file

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": ",".join(TYPES)}
