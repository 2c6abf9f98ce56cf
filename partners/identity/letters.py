"""Letters about somebody's way in: the link for a first or new password, and word of each change.

The request only writes a row. The worker looks who it is for, sends, and takes the row away.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from partners.models import Letter, Person
from workflow import walls

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 8
TRY_AGAIN_AFTER = timedelta(minutes=1)


def write_reset(email: str) -> None:
    """Whether somebody has the address is found out later: here everybody waits as long."""
    _write(Letter.Kind.RESET, email, {})


def write_invitation(person: Person) -> None:
    _write(Letter.Kind.INVITED, person.email, {})


def write_changed(person: Person, what: str) -> None:
    _write(Letter.Kind.CHANGED, person.email, {"what": what})


def send_waiting() -> int:
    """Send what is due. Returns how many letters are gone from the table."""
    due = Letter.objects.filter(next_at__lte=timezone.now()).order_by("created_at")
    return sum(_send_one(pk) for pk in due.values_list("pk", flat=True)[:100])


def _write(kind: str, address: str, words: dict[str, Any]) -> None:
    from partners import tasks  # tasks ring for what is written here

    now = timezone.now()
    with walls.house():
        Letter.objects.create(kind=kind, address=address, words=words, created_at=now, next_at=now)
    transaction.on_commit(tasks.ring, robust=True)


def _send_one(pk: int) -> bool:
    with transaction.atomic():
        row = Letter.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if row is None:
            return False
        try:
            _send(row)
        except (SMTPException, OSError) as error:
            return _keep_for_later(row, error)
        row.delete()
        return True


def _send(row: Letter) -> None:
    person = Person.objects.filter(email=row.address.lower(), is_active=True).first()
    if person is None:
        return
    with override(person.language):
        context = {"person": person, "at": row.created_at, **row.words, **_link(row, person)}
        folder = f"portal/letters/{row.kind}"
        subject = " ".join(render_to_string(f"{folder}_subject.txt", context).split())
        body = render_to_string(f"{folder}_body.txt", context)
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": person.language}
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email], headers=headers).send()


def _link(row: Letter, person: Person) -> dict[str, str]:
    """The address is the house's own, whatever host the request named."""
    if row.kind == Letter.Kind.CHANGED:
        return {"link": settings.PUBLIC_URL + reverse("mfa_index")}
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    return {"link": settings.PUBLIC_URL + path}


def _keep_for_later(row: Letter, error: Exception) -> bool:
    log.warning("letter %s was not sent: %s", row.pk, error)
    row.attempts += 1
    if row.attempts >= GIVE_UP_AFTER:
        row.delete()
        return True
    row.next_at = timezone.now() + TRY_AGAIN_AFTER * row.attempts
    row.save(update_fields=["attempts", "next_at"])
    return False
