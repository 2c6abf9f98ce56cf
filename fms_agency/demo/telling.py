"""How a played deal reads on the terminal, in the language of the moment."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from documents.models import Document
from fms_agency.demo.ending import Finding
from fms_agency.demo.people import Someone
from fms_agency.demo.player import Told
from fms_agency.demo.script import Deal, Door
from fms_agency.demo.table import padded, table
from partners.access import ROLES

DOORS = {
    Door.PORTAL: gettext_lazy("staff portal"),
    Door.SUPPLIER: gettext_lazy("supplier dashboard"),
    Door.API: gettext_lazy("partner API"),
}
WHO, DOOR, NUMBER, WHAT, STATES, TIME = 40, 18, 14, 30, 28, 4


def heading(deal: Deal) -> str:
    title = deal.title_ja if get_language() == "ja" else deal.title
    return f"{title}\n{'─' * 100}"


def line(position: int, told: Told) -> str:
    """Who, through which door, which case, what, state before → after, milliseconds."""
    who = f"{_name(told.who)}, {ROLES[told.who.role].label}"
    return (
        f"{position:3} {padded(who, WHO)} {padded(str(DOORS[told.turn.door]), DOOR)} "
        f"{padded(told.number, NUMBER)} {padded(told.label, WHAT)} "
        f"{padded(_outcome(told), STATES)} {told.milliseconds:{TIME}} ms"
        f"{_more(told)}"
    )


def finding(found: Finding) -> str:
    mark = "✓" if found.is_good else "✗"
    return f"  {mark} {found.what}" + (f": {found.detail}" if found.detail else "")


def papers(documents: Iterable[Document]) -> str:
    """Where the papers lie: each by its case, with its hash and its place on the disk."""
    rows = [
        (
            row.case_number,
            row.label,
            f"v{row.version}",
            f"{row.size:,}",
            row.sha256[:12],
            row.path,
        )
        for row in documents
    ]
    head = (_("case"), _("paper"), "", _("bytes"), "SHA-256", _("file"))
    told = _("Papers in %(folder)s:") % {"folder": settings.MEDIA_ROOT}
    return f"\n{told}\n" + table([head, *(tuple(map(str, row)) for row in rows)])


def _outcome(told: Told) -> str:
    if told.refusal:
        return _("refused, as it should be")
    if told.document:
        return _("read, SHA-256 fits")
    moved = told.before != told.after
    return f"{told.before} → {told.after}".strip() if moved else told.after


def _more(told: Told) -> str:
    """What a line alone cannot say: what was opened, or why the house refused."""
    if told.opened:
        opens = _("opens")
        more = f"{opens} {', '.join(told.opened)}"
    elif told.refusal:
        not_found = _("not found")
        more = f"{told.refusal.status}: {told.refusal.why or not_found}"
    else:
        return ""
    return f"\n{' ' * 6}{more}"


def _name(who: Someone) -> str:
    if get_language() == "ja":
        return f"{who.family_ja} {who.given_ja}"
    return f"{who.family.upper()} {who.given}"
