"""The whole approval file as one PDF, for whoever has to understand it without the system."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from approvals import volume
from approvals.models import ApprovalFile
from documents.serving import answer_volume
from partners import policies
from portal.staff.desk import documents, reader


@policies.staff
@require_GET
def whole_file(request: HttpRequest, number: str) -> HttpResponseBase:
    person: Any = request.user
    file = ApprovalFile.objects.visible_to(person).filter(number=number).first()
    if file is None:
        raise Http404
    bound = volume.of(file, reader=person, seen=documents(person))
    return answer_volume(bound.data, file, bound.papers, by=person, capacity=reader(person, None))
