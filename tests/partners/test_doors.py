"""Habits of every door: no route without a policy, everybody in their own language."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory as Requests
from django.utils.translation import get_language

from partners import policies
from partners.middleware import DefaultDeny, SpeakTheirLanguage
from partners.policies import Policy, policy_of
from tests.factories import PersonFactory, person
from tests.people import proven

pytestmark = pytest.mark.django_db


def request_of(user: Any, path: str = "/staff/?page=2", **more: Any) -> HttpRequest:
    request: Any = Requests().get(path, **more)
    request.user = user
    request.session = proven(user) if user.is_authenticated else {}
    return request


def view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language() or "")


# Policies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "may", "may_not"),
    [
        (policies.staff, "case_manager", "requester"),
        (policies.staff, "opinion_giver", "contractor_sales"),
        (policies.suppliers, "contractor_sales", "case_manager"),
        (policies.nations, "nation_finance", "opinion_giver"),
    ],
)
def test_policy_lets_one_in_and_not_another(policy: Policy, may: str, may_not: str) -> None:
    assert policy.answer(request_of(person(may))) is None
    with pytest.raises(PermissionDenied):
        policy.answer(request_of(person(may_not)))


@pytest.mark.parametrize("policy", [policies.staff, policies.suppliers, policies.nations])
def test_person_without_a_role_today_is_kept_out(policy: Policy) -> None:
    with pytest.raises(PermissionDenied):
        policy.answer(request_of(PersonFactory()))


def test_stranger_is_sent_to_sign_in_and_back() -> None:
    answer = policies.staff.answer(request_of(AnonymousUser()))

    assert answer is not None
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/staff/%3Fpage%3D2")


def test_anybody_means_anybody() -> None:
    assert policies.anybody.answer(request_of(AnonymousUser())) is None


def test_signed_in_means_with_or_without_a_role() -> None:
    assert policies.signed_in.answer(request_of(PersonFactory())) is None


def test_policy_marks_the_view_it_guards() -> None:
    guarded = Policy("test")(lambda request: HttpResponse())

    assert policy_of(guarded) == Policy("test")
    assert policy_of(view) is None


def test_policy_of_a_class_based_view_stands_on_its_class() -> None:
    class Endpoint:
        policy = Policy("test")

    def dispatch(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    dispatch.cls = Endpoint

    assert policy_of(dispatch) == Policy("test")


# Default deny --------------------------------------------------------------------------------


def test_view_without_a_policy_answers_nobody() -> None:
    with pytest.raises(PermissionDenied, match="no policy"):
        DefaultDeny(view).process_view(request_of(person("case_manager")), view, (), {})


def test_view_with_a_policy_answers_as_the_policy_says() -> None:
    staff_view = policies.staff(lambda request: HttpResponse())
    guard = DefaultDeny(view)

    assert guard.process_view(request_of(person("case_manager")), staff_view, (), {}) is None
    with pytest.raises(PermissionDenied):
        guard.process_view(request_of(person("requester")), staff_view, (), {})


# Language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preferred", "cookie", "browser", "spoken"),
    [
        ("ja", "en", "en", "ja"),
        ("en", "ja", "ja", "en"),
        (None, "en", "ja", "en"),
        (None, "ja", "en", "ja"),
        (None, "", "en", "en"),
        (None, "tlh", "en", "en"),
        (None, "", "fr", "ja"),
    ],
)
def test_person_decides_then_the_cookie_then_the_browser(
    preferred: str | None, cookie: str, browser: str, spoken: str
) -> None:
    user = PersonFactory(language=preferred) if preferred else AnonymousUser()
    request = request_of(user, HTTP_ACCEPT_LANGUAGE=browser)
    request.COOKIES["django_language"] = cookie

    answer = SpeakTheirLanguage(view)(request)

    assert (answer.content.decode(), answer["Content-Language"]) == (spoken, spoken)


def test_language_of_one_request_does_not_stay() -> None:
    before = get_language()

    SpeakTheirLanguage(view)(request_of(PersonFactory(language="ja")))

    assert get_language() == before
