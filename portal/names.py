"""Names from the trail as the reader's language writes them.

The trail keeps official names as text, whatever happens to the people; a page looks them up to
show 佐藤 花子 to a Japanese reader, and falls back to the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from documents.models import Document
from documents.serving import VOLUME
from partners.access import ROLES
from partners.models import Organisation, Person
from workflow.rights import SYSTEM

PAPER = "documents.document:"


def people(actor_ids: Iterable[str]) -> dict[str, str]:
    """Actor id → name for a Japanese reader; others are suited by the official name.

    What the house does by itself has its name in both languages.
    """
    house = {SYSTEM.actor_id: pgettext("who", "the system itself")}
    if get_language() != "ja":
        return house
    known = [UUID(text) for text in set(actor_ids) if len(text) == len(str(UUID(int=0)))]
    rows = Person.objects.filter(pk__in=known)
    return house | {str(person.pk): person.full_name for person in rows}


def role(identifier: str) -> str:
    """A role as the reader calls it; the house itself has none."""
    if identifier == SYSTEM.actor_id:
        return ""
    return str(ROLES[identifier].label) if identifier in ROLES else identifier


def papers(subjects: Iterable[str]) -> dict[str, str]:
    """Subject of a line → title of the paper it is about, with its version; a volume has none."""
    subjects = list(subjects)
    ids = {text: UUID(text.removeprefix(PAPER)) for text in subjects if text.startswith(PAPER)}
    found = Document.objects.in_bulk(ids.values())
    volumes = {text: _("The whole file as one PDF") for text in subjects if text.startswith(VOLUME)}
    return volumes | {
        subject: f"{found[pk].label} v{found[pk].version}"
        for subject, pk in ids.items()
        if pk in found
    }


def organisations(names: Iterable[str]) -> dict[str, str]:
    """Official (English) name → Japanese name, for a Japanese reader."""
    if get_language() != "ja":
        return {}
    rows = Organisation.objects.filter(name_en__in=set(names))
    return dict(rows.values_list("name_en", "name_ja"))
