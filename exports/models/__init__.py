"""Transfer reviews and shipments. Each keeps its own snapshot of lines."""

from exports.models.review import ReviewLine, TransferReview
from exports.models.shipment import Shipment, ShipmentLine

__all__ = ["ReviewLine", "Shipment", "ShipmentLine", "TransferReview"]
