"""Addresses of the portal: the entrance, and one desk for each kind of person."""

from __future__ import annotations

from django.urls import include, path

from portal import entrance, requests
from portal.desks import DESKS
from portal.staff import (
    absences,
    cockpit,
    failures,
    handling,
    indicators,
    numbers,
    people,
    reference,
    roles,
    routes,
    volume,
)

urlpatterns = [
    path("", entrance.home, name="home"),
    path("", include("portal.identity_urls")),
    path("language/", entrance.set_language, name="set_language"),
    path("cases/<slug:slug>/<case_number:number>/", entrance.case, name="case"),
    path("requests/lines/<slug:extension>/", requests.lines_template, name="lines_template"),
    path("healthz", entrance.health, name="health"),
    path("staff/absences/", include(absences.ROUTES)),
    path("staff/decisions/", include(cockpit.ROUTES)),
    path("staff/decisions/route/", routes.preview, name="route_preview"),
    path("staff/decisions/<case_number:number>/whole/", volume.whole_file, name="whole_file"),
    path("staff/document-numbers/", include(numbers.ROUTES)),
    path("staff/follow-ups/", include(failures.ROUTES)),
    path("staff/handling/", handling.overview, name="labelled"),
    path("staff/indicators/", include(indicators.ROUTES)),
    path("staff/people/", include(people.ROUTES)),
    path("staff/reference/", include(reference.ROUTES)),
    path("staff/roles/", roles.matrix, name="roles"),
    path("staff/<slug:slug>/<case_number:number>/handling/", handling.of_case, name="handling"),
    *(path(f"{name}/", include(desk.urls())) for name, desk in DESKS.items()),
]
