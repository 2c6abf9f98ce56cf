"""Rows the gate writes. `Case` is what every case type builds on."""

from workflow.models.case import Case, CaseQuerySet
from workflow.models.clock import ClockRing, ClockStandard
from workflow.models.dated import Dated, DatedQuerySet
from workflow.models.deadline import Deadline
from workflow.models.entry import Entry
from workflow.models.follow_up import FollowUp
from workflow.models.number import NumberSeries
from workflow.models.reference import Reference, ReferenceQuerySet
from workflow.models.seal import Attestation, Checkpoint, Leaf, Scheme, Verification
from workflow.models.separation import Separation, Side

__all__ = [
    "Attestation",
    "Case",
    "CaseQuerySet",
    "Checkpoint",
    "ClockRing",
    "ClockStandard",
    "Dated",
    "DatedQuerySet",
    "Deadline",
    "Entry",
    "FollowUp",
    "Leaf",
    "NumberSeries",
    "Reference",
    "ReferenceQuerySet",
    "Scheme",
    "Separation",
    "Side",
    "Verification",
]
