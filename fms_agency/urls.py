"""Every address of the house. Each route carries a policy; one without answers nobody."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from portal.reports import csp_report

urlpatterns: list[URLPattern | URLResolver] = [
    path("csp-report/", csp_report, name="csp_report"),
    path("", include("portal.urls")),
    path("api/v1/", include("api.v1.urls")),
    path("o/", include("api.oauth_urls")),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
