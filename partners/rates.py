"""How often somebody may ask: counted in the database, so that all processes share one count.

`settings.RATES` says how many requests in how many seconds, by kind: a `person` in the portal, a
`client` of the API, a `token` fetched by a client, and an `address` that nobody has signed in from.
"""

from __future__ import annotations

import logging
import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from partners.models import RateCount

log = logging.getLogger(__name__)

# A time begins with its first request; whoever comes at the same moment counts one after another.
_COUNT = """
    INSERT INTO partners_ratecount AS kept (subject, count, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (subject) DO UPDATE SET
        count = CASE WHEN kept.ends_at > %s THEN kept.count + 1 ELSE 1 END,
        ends_at = CASE WHEN kept.ends_at > %s THEN kept.ends_at ELSE EXCLUDED.ends_at END
    RETURNING count, ends_at
"""


def wait(kind: str, name: object, *, closed: bool = False) -> int:
    """Count one request. 0 lets it through, else so many seconds are to wait.

    When nothing can be counted a `closed` door stays shut; the others let people read on.
    """
    most, seconds = settings.RATES[kind]
    now = timezone.now()
    try:
        count, ends_at = _counted(kind, name, now, seconds)
    except DatabaseError:
        log.exception("requests of a %s cannot be counted", kind)
        return seconds if closed else 0
    return 0 if count <= most else max(1, math.ceil((ends_at - now).total_seconds()))


def times(kind: str, name: object, seconds: int) -> int:
    """Count something that has happened: how often now, within so many seconds."""
    count, _ends_at = _counted(kind, name, timezone.now(), seconds)
    return count


def _counted(kind: str, name: object, now: datetime, seconds: int) -> tuple[int, datetime]:
    ends_at = now + timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_subject(kind, name), ends_at, now, now])
        count, ends_at = cursor.fetchone()
    return count, ends_at


def _subject(kind: str, name: object) -> str:
    """Whoever asks is recognised, not written down: names are typed by strangers."""
    return f"{kind}:{salted_hmac('partners.rates', str(name), algorithm='sha256').hexdigest()}"


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: what the outermost of our own proxies saw."""
    proxies = settings.TRUSTED_PROXY_COUNT
    written = request.headers.get("X-Forwarded-For", "")
    told = [part.strip() for part in written.split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def forget() -> int:
    """Take away the counts whose time has passed; how many there were."""
    deleted, _by_model = RateCount.objects.filter(ends_at__lt=timezone.now()).delete()
    return deleted
