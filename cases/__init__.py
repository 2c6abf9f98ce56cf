"""The deal: request, contract, subcontract, delivery, bill, closure."""
