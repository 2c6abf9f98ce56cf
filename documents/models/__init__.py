"""Papers of cases. `Document` is one version of one paper."""

from documents.models.document import Document, DocumentQuerySet

__all__ = ["Document", "DocumentQuerySet"]
