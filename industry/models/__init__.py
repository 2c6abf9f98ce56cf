"""The catalogue. Production lines, capacity and stock will stand beside it."""

from industry.models.article import Article
from industry.models.code import CatalogueCode
from industry.models.maker import ArticleMaker
from industry.models.price import ArticlePrice, NonrecurringCharge

__all__ = ["Article", "ArticleMaker", "ArticlePrice", "CatalogueCode", "NonrecurringCharge"]
