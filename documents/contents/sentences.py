"""What senders are told by more than one check."""

from __future__ import annotations

from django.utils.translation import gettext as _


def mismatch() -> str:
    return _("The content does not fit the file's extension. Send the original file.")


def two_things() -> str:
    return _("The file carries something else inside. Save it anew and send that one.")


def broken() -> str:
    return _("The file cannot be read: it is damaged or cut off. Save it anew and send that one.")


def locked() -> str:
    return _("The file is locked. Remove its password and protection, then send it again.")
