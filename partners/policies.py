"""Who may use a door at all. Every route carries one policy; what it shows is decided further in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from partners import access
from partners.access import Permission
from partners.identity import second_factor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """`test` decides on the signed-in person; without `test` anybody may come in.

    Whoever needs a second factor and has not given one is led to it first, except at the
    addresses where it is set up or given.
    """

    name: str
    test: Callable[[Any], bool] | None = None
    by_token: bool = False
    before_second_factor: bool = False

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """None lets the request through. Token doors are guarded by the API's own permission."""
        if self.test is None or self.by_token:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not self.test(request.user):
            raise PermissionDenied
        return None if self.before_second_factor else second_factor.way_to_it(request)

    def __call__(self, view: View) -> View:
        view.policy = self  # type: ignore[attr-defined]
        return view


def policy_of(view: Any) -> Policy | None:
    return getattr(view, "policy", None) or getattr(getattr(view, "cls", None), "policy", None)


anybody = Policy("anybody")
signed_in = Policy("signed in", test=lambda person: True)
proving = Policy("signed in, second factor or not", lambda person: True, before_second_factor=True)
staff = Policy("agency and ministries", test=lambda p: access.works_in(p, "agency", "ministry"))
readers = Policy("case:read", test=access.reads_cases)
follow_ups = Policy(
    "follow_up:manage", test=lambda p: bool(access.holds(p, Permission.FOLLOW_UP_MANAGE))
)
people = Policy("people:manage", test=lambda p: bool(access.holds(p, Permission.PEOPLE_MANAGE)))
auditors = Policy(
    "readers of the trail", test=lambda p: bool(access.holds(p, Permission.TRAIL_READ))
)
security = Policy(
    "security officers",
    test=lambda person: bool(access.holds(person, Permission.HANDLING_OVERSEE)),
)
registrars = Policy("number:void", test=lambda p: bool(access.holds(p, Permission.NUMBER_VOID)))
proposers = Policy(
    "reference:propose", test=lambda p: bool(access.holds(p, Permission.REFERENCE_PROPOSE))
)
suppliers = Policy("contractors", test=lambda person: access.works_in(person, "contractor"))
nations = Policy("partner nations", test=lambda person: access.works_in(person, "nation"))
token = Policy("partner nations, by token", test=lambda person: True, by_token=True)
