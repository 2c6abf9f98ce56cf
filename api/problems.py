"""What the API answers when it cannot do what was asked: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.core.signals import got_request_exception
from django.db import IntegrityError, OperationalError
from django.forms import BaseForm
from django.http import Http404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable, UniqueViolation
from rest_framework import exceptions
from rest_framework.response import Response

from workflow.steps import NoSuchStep, NotOpen, NotYours, Refused, Stale
from workflow.trail import current_request_id

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:problem-type:fms:"
TITLES = {
    "not-understood": _("The request cannot be understood"),
    "unknown-name": _("A name in the request is not known"),
    "not-valid": _("What was given is not valid"),
    "not-signed-in": _("Not signed in"),
    "not-yours": _("Not for you"),
    "not-found": _("Not found"),
    "not-open": _("Not possible now"),
    "changed-meanwhile": _("Changed meanwhile"),
    "no-such-method": _("Method not allowed here"),
    "key-needed": _("The request needs a key of its own"),
    "key-used": _("The key belongs to another request"),
    "too-large": _("Too large"),
    "wrong-type": _("Type of content not accepted"),
    "too-many": _("Too many requests"),
    "broken": _("An error on our side"),
}
NAMES_BY_STATUS = {
    400: "not-understood",
    401: "not-signed-in",
    403: "not-yours",
    404: "not-found",
    405: "no-such-method",
    415: "wrong-type",
    429: "too-many",
}
MOST_ERRORS = 50


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field; `field` is empty when it concerns them all."""

    field: str
    message: str
    code: str = "invalid"


@dataclass(frozen=True)
class Problem:
    status: int
    name: str
    detail: str
    errors: list[FieldError] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


class UnknownNames(Exception):
    """A parameter or a field that the address does not know, or cannot read. 400."""

    def __init__(self, detail: str, errors: Iterable[FieldError]) -> None:
        super().__init__(detail)
        self.errors = list(errors)


class KeyNeeded(Exception):
    """The `Idempotency-Key` is missing where it is demanded, or is none. 400."""


class KeyUsed(Exception):
    """The `Idempotency-Key` belongs to another request of the same person. 422."""


class NotValid(Exception):
    """What a person gave does not pass the step's form. 422."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__(_t("Correct the fields named below and send the request again."))
        self.errors = list(errors)

    @classmethod
    def by(cls, form: BaseForm) -> NotValid:
        told = form.errors.as_data()
        return cls(
            FieldError("" if name == "__all__" else name, message, error.code or "invalid")
            for name, errors in told.items()
            for error in errors
            for message in error.messages
        )


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """The exception handler of the API (`EXCEPTION_HANDLER`)."""
    request = context["request"]
    problem = _problem(error)
    if problem.status >= 500:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        got_request_exception.send(sender=type(context.get("view")), request=request)
    body = {
        "type": f"{TYPE_PREFIX}{problem.name}",
        "title": str(TITLES[problem.name]),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "request_id": current_request_id(),
    }
    if problem.errors:
        body["errors"] = [vars(error) for error in problem.errors[:MOST_ERRORS]]
    return Response(body, status=problem.status, headers=problem.headers, content_type=MEDIA_TYPE)


def _problem(error: Exception) -> Problem:
    match error:
        case Refused():
            return _refused(error)
        case UnknownNames():
            return Problem(400, "unknown-name", str(error), error.errors)
        case NotValid():
            return Problem(422, "not-valid", str(error), error.errors)
        case KeyNeeded():
            return Problem(400, "key-needed", str(error))
        case KeyUsed():
            return Problem(422, "key-used", str(error))
        case ValidationError():
            return _problem(NotValid(FieldError("", message) for message in error.messages))
        case Http404() | exceptions.NotFound():
            return _missing()
        case exceptions.APIException():
            return _of_framework(error)
        case _:
            return _of_django(error)


def _of_django(error: Exception) -> Problem:
    match error:
        case PermissionDenied():
            return Problem(403, "not-yours", _t("This is not for you."))
        case RequestDataTooBig():
            return Problem(413, "too-large", _t("The body is too large. Send less at once."))
        case SuspiciousOperation():
            return Problem(400, "not-understood", _t("The request cannot be understood."))
        case IntegrityError() if isinstance(error.__cause__, UniqueViolation):
            log.warning("saved twice at once: %s", error)
            sentence = _t("The same has just been saved by another request. Look, then decide.")
            return Problem(409, "changed-meanwhile", sentence)
        case OperationalError() if isinstance(error.__cause__, LockNotAvailable):
            sentence = _t("Another request is at work on the same. Send this one again.")
            return Problem(409, "changed-meanwhile", sentence, headers={"Retry-After": "2"})
        case _:
            sentence = _t("Something broke on our side. Tell the agency the request_id.")
            return Problem(500, "broken", sentence)


def _refused(error: Refused) -> Problem:
    match error:
        case NotYours():
            return Problem(403, "not-yours", str(error))
        case NoSuchStep():
            return _missing()
        case Stale():
            return Problem(409, "changed-meanwhile", str(error))
        case NotOpen() | _:
            return Problem(409, "not-open", str(error))


def _missing() -> Problem:
    """One answer for what does not exist and for what is not theirs to see."""
    return Problem(404, "not-found", _t("There is nothing here that you may see."))


def _of_framework(error: exceptions.APIException) -> Problem:
    headers = {}
    if challenge := getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    name = NAMES_BY_STATUS.get(error.status_code, "broken")
    return Problem(error.status_code, name, str(error.detail), headers=headers)
