"""Each request has an id, told in the answer and known to the lines of the trail it causes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from workflow.trail import NameTheRequest, current_request_id


def test_request_is_named_while_it_is_answered() -> None:
    seen: list[str] = []

    def answer(_request: HttpRequest) -> HttpResponse:
        seen.append(current_request_id())
        return HttpResponse("ok")

    named = NameTheRequest(answer)
    answers = [named(HttpRequest()), named(HttpRequest())]

    assert [response["X-Request-Id"] for response in answers] == seen
    assert len(set(seen)) == 2
    assert current_request_id() == ""
