"""Approval files, the steps of their way, what was signed on them, and the routes they take."""

from approvals.models.conflict import Conflict
from approvals.models.file import ApprovalFile
from approvals.models.revision import Revision, Sight
from approvals.models.route import ApprovalRoute
from approvals.models.signature import Signature
from approvals.models.way import WayStep

__all__ = [
    "ApprovalFile",
    "ApprovalRoute",
    "Conflict",
    "Revision",
    "Sight",
    "Signature",
    "WayStep",
]
