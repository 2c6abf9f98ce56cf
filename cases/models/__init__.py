"""The machines of a deal, in the order in which a deal meets them."""

from cases.models.bill import Bill
from cases.models.change import Change, ChangeLine
from cases.models.checklist import ChecklistItem, ReturnReason
from cases.models.contract import Contract, ContractLine
from cases.models.estimate import CostEstimate
from cases.models.indication import Indication, IndicationLine
from cases.models.liability import LiabilityCurve
from cases.models.note import StandardNote
from cases.models.question import Question
from cases.models.quote import Quote, QuoteLine
from cases.models.rate import Rate
from cases.models.request import Request, RequestLine
from cases.models.requisition import Requisition, RequisitionLine
from cases.models.subcontract import Subcontract, SubcontractLine
from cases.models.threshold import Threshold
from cases.models.version import Version

__all__ = [
    "Bill",
    "Change",
    "ChangeLine",
    "ChecklistItem",
    "Contract",
    "ContractLine",
    "CostEstimate",
    "Indication",
    "IndicationLine",
    "LiabilityCurve",
    "Question",
    "Quote",
    "QuoteLine",
    "Rate",
    "Request",
    "RequestLine",
    "Requisition",
    "RequisitionLine",
    "ReturnReason",
    "StandardNote",
    "Subcontract",
    "SubcontractLine",
    "Threshold",
    "Version",
]
