"""Lines of the trail that no step writes, and the request each line names.

Steps are written by the gate. Everything else that must be provable later (who came in, who read
a paper, who changed a rate or a role) is written by `record`, in the transaction of the act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from workflow import values, walls
from workflow.models.entry import Entry  # the rows of reference data write lines, too
from workflow.rights import Actor, Capacity


class NamedCase(Protocol):
    """A case, or whatever knows how it is named."""

    @property
    def pk(self) -> Any: ...

    @property
    def number(self) -> str: ...

    @property
    def owner_code(self) -> str: ...

    def kind(self) -> str: ...


_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    return _request_id.get()


def record(
    event: Entry.Event,
    *,
    by: Actor,
    capacity: Capacity | None = None,
    case: NamedCase | None = None,
    subject: str = "",
    step: str = "",
    note: str = "",
    given: Mapping[str, Any] | None = None,
    digest: str = "",
    on_behalf_of: str = "",
) -> Entry:
    """Write a line of what is no step, or of a step that was not taken.

    `subject` names what it is about: `partners.membership:12`.
    `given` is kept as plain JSON; secrets and the content of papers do not belong in it.
    """
    entry = Entry(
        event=event,
        subject=subject,
        step=step,
        actor_id=by.actor_id,
        actor_name=by.actor_name,
        role=capacity.role if capacity else "",
        organisation=capacity.organisation if capacity else "",
        on_behalf_of=on_behalf_of,
        note=note,
        given=values.plain(given or {}),
        digest=digest,
        request_id=current_request_id(),
    )
    if case is not None:
        entry.case_kind, entry.case_id = case.kind(), case.pk
        entry.case_number, entry.owner_code = case.number, case.owner_code
    with walls.house():
        entry.save(force_insert=True)
    return entry


class NameTheRequest:
    """Middleware: give each request an id, known to the trail and told in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request_id.set(uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = _request_id.get()
            return response
        finally:
            _request_id.reset(token)
