"""Papers of cases: `Document` is one version of one paper, `DocumentNumber` the number it goes out under."""

from documents.models.document import Document, DocumentQuerySet
from documents.models.number import DocumentNumber

__all__ = ["Document", "DocumentNumber", "DocumentQuerySet"]
