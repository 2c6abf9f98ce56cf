"""The catalogue. Production lines, capacity and stock will stand beside it."""

from industry.models.article import Article

__all__ = ["Article"]
