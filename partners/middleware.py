"""Habits of every door: act for whoever asks, in their language, and only where a policy lets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.encoding import escape_uri_path

from partners import rates
from partners.access import capacity_of, context_of
from partners.policies import policy_of
from workflow import logs, refusals, walls
from workflow.refusals import Refusal

READING = ("GET", "HEAD", "OPTIONS")
LONGEST_ADDRESS = 200  # of a line's subject
REFUSALS_SECONDS = 60
Answer = Callable[[HttpRequest], HttpResponse]


class AtTheEntrance:
    """Until it is known who asks, only people, sessions and tokens can be read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with walls.entrance():
            return self.get_response(request)


class BehindTheirWall:
    """From here on the database shows a signed-in person's rows only."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        logs.also(person=request.user.actor_id)
        with walls.within(context_of(request.user)):
            return self.get_response(request)


class SpeakTheirLanguage:
    """The person's preference decides; before sign-in the cookie, then the browser."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
        return response

    def _language(self, request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        if request.user.is_authenticated:
            return request.user.language
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return chosen if chosen in known else translation.get_language_from_request(request)


class RefusalsAreLines:
    """What a signed-in person tries and may not do is written down, when the answer is made.

    What the gate has noted says more than the answer; of everything else the line tells the
    address. A missing row and somebody else's are the same line, as they are the same answer.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with refusals.watched() as noted:
            response = self.get_response(request)
        refusal = _refusal(request, response, noted)
        if refusal is not None and request.user.is_authenticated:
            _write_down(refusal, request)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """A form that is not of our pages (CSRF) does not come so far: that is nobody's act."""
        request.door = policy_of(view)  # type: ignore[attr-defined]


def _refusal(request: HttpRequest, response: HttpResponse, noted: list[Refusal]) -> Refusal | None:
    """Reading is refused by 403; an act also by 404, or by a rule whose no a page has shown."""
    door, status = getattr(request, "door", None), response.status_code
    is_act = request.method not in READING
    if door and (status == 403 or (is_act and (noted or status == 404))):
        return noted[-1] if noted else Refusal("", rule=str(status), needs=[door.name])
    return None


def _write_down(refusal: Refusal, request: HttpRequest) -> None:
    """The first of its kind in a minute is written, then the tenth, the hundredth and so on."""
    person: Any = request.user
    asked = f"{request.method} {escape_uri_path(request.path)}"[:LONGEST_ADDRESS]
    with walls.house():
        times = rates.times("refusal", f"{person.pk} {asked}", REFUSALS_SECONDS)
        if str(times).strip("0") == "1":
            capacity = capacity_of(person)
            refusals.write(refusal, by=person, capacity=capacity, asked=asked, times=times)


class DefaultDeny:
    """A route without a policy answers nobody."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        policy = policy_of(view)
        if policy is None:
            raise PermissionDenied("This address has no policy.")
        return policy.answer(request)
