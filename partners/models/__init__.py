"""Nations and their agreements, organisations, people and their memberships; changes of reference data."""

from partners.models.absence import Absence
from partners.models.agreement import Agreement
from partners.models.attempts import Attempts
from partners.models.decided import Decided, DecidedQuerySet
from partners.models.emergency import EmergencyAccess
from partners.models.grant import Grant
from partners.models.handler import Handler
from partners.models.letter import Letter
from partners.models.membership import Membership
from partners.models.nation import Nation
from partners.models.nation_case import NationCase, NationCaseQuerySet, NationLine
from partners.models.organisation import Organisation
from partners.models.person import Person
from partners.models.proposal import Proposal
from partners.models.rate_count import RateCount
from partners.models.unit import Unit

__all__ = [
    "Absence",
    "Agreement",
    "Attempts",
    "Decided",
    "DecidedQuerySet",
    "EmergencyAccess",
    "Grant",
    "Handler",
    "Letter",
    "Membership",
    "Nation",
    "NationCase",
    "NationCaseQuerySet",
    "NationLine",
    "Organisation",
    "Person",
    "Proposal",
    "RateCount",
    "Unit",
]
