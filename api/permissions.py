"""Who may use the API at all. What they find behind it is decided by `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission

from partners import access

if TYPE_CHECKING:  # the framework reads this class while it builds its own views
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PartnerOnly(BasePermission):
    """Officials of a partner nation, today; nobody who also works for another party."""

    message = _("Only clients of partner-nation officials may use this interface.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        person = request.user
        if not person.is_authenticated:
            return False
        others = access.works_in(person, "agency", "ministry", "contractor")
        return bool(access.nations_of(person)) and not others
