"""Lines of the trail that no step writes, and the request each line names.

Steps are written by the gate. Everything else that must be provable later (who came in, who read
a paper, who changed a rate or a role) is written by `record`, in the transaction of the act.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from workflow import logs, values, walls
from workflow.models.entry import Entry  # the rows of reference data write lines, too
from workflow.rights import Actor, Capacity

requests = logging.getLogger("workflow.requests")


class NamedCase(Protocol):
    """A case, or whatever knows how it is named."""

    @property
    def pk(self) -> Any: ...

    @property
    def number(self) -> str: ...

    @property
    def owner_code(self) -> str: ...

    def kind(self) -> str: ...


def current_request_id() -> str:
    """The request that is answered, or from which a follow-up or task has come."""
    return logs.fact("request_id")


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
        on_behalf_of=capacity.on_behalf_of if capacity else "",
        note=note,
        given=values.plain(given or {}),
        digest=digest,
        request_id=current_request_id(),
    )
    if case is not None:
        entry.case_kind, entry.case_id = case.kind(), case.pk
        entry.case_number, entry.owner_code = case.number, case.owner_code
    with walls.house():
        entry.write()
    return entry


class NameTheRequest:
    """Middleware: give each request an id, known to trail and log and told in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        # Who asks, and about which case, is learnt on the way.
        with logs.about(request_id=uuid4().hex, person="", case=""):
            response = self.get_response(request)
            response["X-Request-Id"] = current_request_id()
            _log(request, response, time.monotonic() - began)
            return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        logs.also(case=str(kwargs.get("number", "")))


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """A line for each request but those for styles and scripts."""
    if request.resolver_match is None and response.status_code < 400:
        return
    facts = {
        "method": request.method,
        "route": logs.route_of(request),
        "status": response.status_code,
        "milliseconds": round(seconds * 1000),
    }
    level = logging.INFO if response.status_code < 400 else logging.WARNING
    requests.log(level, "%s %s: %s in %s ms", *facts.values(), extra={"facts": facts})
