"""Names from the trail as the reader's language writes them.

The trail keeps official names as text, whatever happens to the people; a page looks them up to
show 佐藤 花子 to a Japanese reader, and falls back to the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language

from partners.models import Organisation, Person


def people(actor_ids: Iterable[str]) -> dict[str, str]:
    """Actor id → name for a Japanese reader; empty for others, whom the official name suits."""
    if get_language() != "ja":
        return {}
    known = [UUID(text) for text in set(actor_ids) if len(text) == len(str(UUID(int=0)))]
    return {str(person.pk): person.full_name for person in Person.objects.filter(pk__in=known)}


def organisations(names: Iterable[str]) -> dict[str, str]:
    """Official (English) name → Japanese name, for a Japanese reader."""
    if get_language() != "ja":
        return {}
    rows = Organisation.objects.filter(name_en__in=set(names))
    return dict(rows.values_list("name_en", "name_ja"))
