"""Who may do what in the case room."""

from __future__ import annotations

from partners.access import (
    Permission,
    agency,
    contractor,
    either,
    nation,
)

# the agency
case_manager = agency(Permission.CONTRACT_WRITE)
desk = agency(Permission.REQUEST_CHECK)
releaser = agency(Permission.OFFER_SEND)
export_control = agency(Permission.REVIEW_WRITE)
buyer = agency(Permission.SUBCONTRACT_SOLICIT)
contract_officer = agency(Permission.SUBCONTRACT_WRITE)
dispatcher = agency(Permission.SHIPMENT_WRITE)
inspector = agency(Permission.DELIVERY_INSPECT)
purchasing = either(buyer, contract_officer)
finance = agency(Permission.MONEY_RECORD)

# the nation
requester = nation(Permission.REQUEST_WRITE)
signatory = nation(Permission.OFFER_ACCEPT)
acknowledger = either(requester, signatory)
changer = either(signatory, releaser)
requester_or_desk = either(requester, desk)
certifier = either(nation(Permission.CERTIFICATE_FILE), agency(Permission.CONTRACT_WRITE))

# the contractor
quoter = contractor(Permission.QUOTE_WRITE)
producer = contractor(Permission.PRODUCTION_REPORT)
deliverer = contractor(Permission.DELIVERY_REPORT)
invoicer = contractor(Permission.INVOICE_WRITE)
