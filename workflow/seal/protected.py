"""Which tables are attested row by row, and why the others are not.

A model that stands in neither list fails a test. A column that is not attested says so beside its
model; what is added to a protected model later is attested from the next migration on.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

# Model → columns that are not attested: what changes by itself or must not leave a digest.
PROTECTED: dict[str, frozenset[str]] = {
    # what this very list has said so far (first: the others write into it)
    "workflow.scheme": frozenset(),
    # the deal
    "cases.request": frozenset(),
    "cases.requestline": frozenset(),
    "cases.question": frozenset(),
    "cases.indication": frozenset(),
    "cases.indicationline": frozenset(),
    "cases.contract": frozenset(),
    "cases.contractline": frozenset(),
    "cases.change": frozenset(),
    "cases.changeline": frozenset(),
    "cases.version": frozenset(),
    "cases.requisition": frozenset(),
    "cases.requisitionline": frozenset(),
    "cases.subcontract": frozenset(),
    "cases.subcontractline": frozenset(),
    "cases.costestimate": frozenset(),
    "cases.quote": frozenset(),
    "cases.quoteline": frozenset(),
    "cases.bill": frozenset(),
    # may it leave
    "exports.transferreview": frozenset(),
    "exports.reviewline": frozenset(),
    "exports.shipment": frozenset(),
    "exports.shipmentline": frozenset(),
    # the money
    "ledger.account": frozenset(),
    "ledger.journal": frozenset(),
    "ledger.posting": frozenset(),
    # who decided, and on which papers
    "approvals.approvalfile": frozenset(),
    "approvals.waystep": frozenset(),
    "approvals.signature": frozenset(),
    "approvals.conflict": frozenset(),
    "approvals.revision": frozenset(),
    "workflow.side": frozenset(),
    "documents.document": frozenset(),
    "documents.documentnumber": frozenset(),
    # who may
    "partners.organisation": frozenset(),
    "partners.person": frozenset({"password", "last_login"}),
    "partners.membership": frozenset(),
    "partners.grant": frozenset(),
    "partners.handler": frozenset(),
    "partners.absence": frozenset(),
    "partners.emergencyaccess": frozenset(),
    # reference data
    "cases.rate": frozenset(),
    "cases.checklistitem": frozenset(),
    "cases.liabilitycurve": frozenset(),
    "cases.returnreason": frozenset(),
    "cases.standardnote": frozenset(),
    "cases.threshold": frozenset(),
    "industry.article": frozenset(),
    "industry.articlemaker": frozenset(),
    "industry.articleprice": frozenset(),
    "industry.cataloguecode": frozenset(),
    "industry.nonrecurringcharge": frozenset(),
    "partners.nation": frozenset(),
    "partners.agreement": frozenset(),
    "approvals.approvalroute": frozenset(),
    "partners.unit": frozenset(),
    "workflow.separation": frozenset(),
    "workflow.clockstandard": frozenset(),
    "partners.proposal": frozenset(),
    # when a case moves by itself
    "workflow.deadline": frozenset(),
}

UNPROTECTED: dict[str, str] = {
    "api.idempotentcall": "a reply kept for who asks again; its effect is attested",
    "workflow.entry": "sealed itself, line by line",
    "workflow.attestation": "sealed itself, line by line",
    "workflow.leaf": "the tree itself",
    "workflow.checkpoint": "the signed heads themselves",
    "workflow.verification": "an opinion, formed anew each night",
    "workflow.clockring": "that it rang is an entry",
    "workflow.followup": "work to do; what it did is in papers, messages and entries",
    "approvals.sight": "what somebody has last looked at, for their own comfort",
    "partners.attempts": "failed sign-ins counted for a while; each is an entry",
    "partners.letter": "letters about signing in, kept until they are sent",
    "partners.ratecount": "calls counted for a minute",
    "workflow.numberseries": "a number is attested with its case, and unique",
    "notifications.message": "copies for readers; what they tell of is sealed",
}
# Tables of packages, by the name of their app.
UNPROTECTED_APPS: dict[str, str] = {
    "account": "addresses of people, who are attested themselves",
    "mfa": "secrets of second factors; each change of one is an entry",
    "socialaccount": "who came in by an issuer; each sign-in is an entry",
    "usersessions": "short-lived; sign-ins are entries",
    "contenttypes": "Django's own bookkeeping",
    "auth": "not used: rights are memberships",
    "sessions": "short-lived; sign-ins are entries",
    "oauth2_provider": "short-lived tokens; clients belong to memberships",
}


def protected() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Each protected model with its attested columns, in an order that does not change."""
    for label, left_out in PROTECTED.items():
        model = apps.get_model(label)
        columns = (f.column for f in model._meta.concrete_fields if not f.generated)
        yield model, sorted(set(columns) - left_out)
