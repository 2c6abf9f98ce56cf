"""Who may do what in the export room."""

from __future__ import annotations

from partners.access import Permission, agency, nation

export_control = agency(Permission.REVIEW_WRITE)
deciding_officer = agency(Permission.REVIEW_DECIDE)
case_manager = agency(Permission.CONTRACT_WRITE)
dispatcher = agency(Permission.SHIPMENT_WRITE)
consignee = nation(Permission.SHIPMENT_RECEIVE)
