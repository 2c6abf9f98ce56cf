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


def active() -> str:
    return _(
        "The PDF contains scripts, forms or embedded files. "
        "Print it to a new PDF and send that one."
    )


def acting_parts() -> str:
    return _("The file contains macros or embedded programs. Save it without them.")


def nested() -> str:
    return _(
        "The file has other files inside. Paste charts and tables as pictures and send it anew."
    )


def pixels() -> str:
    return _("The picture has too many pixels. Make it smaller, then send it again.")


def bomb() -> str:
    return _("The file unpacks to far more than it seems. Save it anew and send that one.")


def too_much() -> str:
    return _(
        "The file is too complicated to be examined. Send it in parts, or print it to a new PDF."
    )


def infected() -> str:
    return _("The virus scanner objects to this file. Do not open it; tell whoever gave it to you.")


def scanner_away() -> str:
    return _("The virus scanner does not answer, so nothing was kept. Try again later.")
