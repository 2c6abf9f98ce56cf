"""The catalogue is searched by part of a number or name: in either language, width, case and kana."""

from __future__ import annotations

import pytest

from industry.models import Article
from tests.factories import ArticleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def named() -> None:
    ArticleFactory(
        catalogue_number="JP-TST-901",
        name_ja="りゅう弾砲用レーダー",
        name_en=r"Howitzer radar, 100 % O'Neill \ back",
        stock_number="5840-30-123-4567",
    )
    ArticleFactory(catalogue_number="JP-TST-902", name_ja="揚陸艇", name_en="Landing craft")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("レーダー", {"901"}),
        ("れーだー", {"901"}),
        ("ﾚｰﾀﾞｰ", {"901"}),
        ("リュウ弾", {"901"}),
        ("弾", {"901"}),
        ("陸艇", {"902"}),
        ("owitz", {"901"}),
        ("ＨＯＷＩＴＺＥＲ", {"901"}),
        ("howitzer レーダー", {"901"}),
        ("howitzer craft", set()),
        ("jp-tst-90", {"901", "902"}),
        ("5840-30-123-4567", {"901"}),
        ("5840301234567", {"901"}),
        ("５８４０－３０", {"901"}),
        ("30-123", {"901"}),
        ("123-45678", set()),
        ("100 %", {"901"}),
        ("O'Neill", {"901"}),
        ("\\", {"901"}),
        (":*", set()),
        ("", {"901", "902"}),
    ],
)
@pytest.mark.usefixtures("named")
def test_articles_are_found_by_part_of_a_word(words: str, found: set[str]) -> None:
    rows = Article.objects.filter(catalogue_number__startswith="JP-TST-90").found_by(words)

    assert {row.catalogue_number[-3:] for row in rows} == found
