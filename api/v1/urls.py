"""Addresses of version 1."""

from __future__ import annotations

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from api.v1 import bills, changes, contracts, indications, requests, requisitions, shipments, steps
from api.v1.cases import addresses
from api.v1.catalogue import Catalogue
from api.v1.description import Description, Pages
from api.v1.documents import DocumentFile, Documents, OneDocument
from api.v1.kinds import KINDS
from api.v1.nothing import Nothing


class CaseNumber(StringConverter):
    """`JP-PH-26-R0001`: what cannot be a number never reaches the database."""

    regex = "[A-Za-z0-9-]{1,32}"


register_converter(CaseNumber, "number")

app_name = "api"
urlpatterns = [
    *addresses(requests.Requests, requests.OneRequest),
    *addresses(indications.Indications, indications.OneIndication),
    *addresses(contracts.Contracts, contracts.OneContract),
    *addresses(changes.Changes, changes.OneChange),
    *addresses(requisitions.Requisitions, requisitions.OneRequisition),
    *addresses(shipments.Shipments, shipments.OneShipment),
    *addresses(bills.Bills, bills.OneBill),
    *(address for kind in KINDS.values() for address in steps.addresses(kind)),
    path("documents/", Documents.as_view(), name="documents"),
    path("documents/<uuid:pk>/", OneDocument.as_view(), name="document"),
    path("documents/<uuid:pk>/file/", DocumentFile.as_view(), name="document-file"),
    path("catalogue/", Catalogue.as_view(), name="catalogue"),
    path("openapi.json", Description.as_view(), name="description"),
    path("docs/", Pages.as_view(), name="docs"),
    re_path(r"^.*$", Nothing.as_view()),
]
