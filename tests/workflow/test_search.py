"""Search finds part of a word, in any width and case of letters, and nothing else."""

from __future__ import annotations

import pytest
from django.db import connection

from cases.models import Request
from tests.factories import RequestFactory
from workflow import walls
from workflow.search import matching

pytestmark = pytest.mark.django_db

TITLES = {
    "radar": "固定式警戒管制レーダー FPS-3ME",
    "frigate": "能力向上型「もがみ」型護衛艦",
    "vests": "Vests & helmets, 100 % wool",
    "quotes": r"O'Neill's \ back\slash: 'quoted'",
}


@pytest.fixture
def named() -> dict[str, str]:
    """Numbers of the requests by what they are about."""
    return {
        name: RequestFactory(title=title, number=f"JP-PH-26-R{count:04d}", furnished=False).number
        for count, (name, title) in enumerate(TITLES.items(), start=11)
    }


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("レーダー", {"radar"}),
        ("警戒管制", {"radar"}),
        ("戒管", {"radar"}),
        ("レータ", set()),
        ("護衛艦 もがみ", {"frigate"}),
        ("護衛艦 レーダー", set()),
        ("艦", {"frigate"}),
        ("ﾚｰﾀﾞｰ", {"radar"}),
        ("ＦＰＳ－３ＭＥ", {"radar"}),
        ("fps-3me", {"radar"}),
        ("HELM", {"vests"}),
        ("elmet", {"vests"}),
        ("%", {"vests"}),
        ("100 %", {"vests"}),
        ("_", set()),
        ("&", {"vests"}),
        ("'", {"quotes"}),
        ("O'Neill", {"quotes"}),
        ("'quoted'", {"quotes"}),
        ("\\", {"quotes"}),
        (r"k\s", {"quotes"}),
        (r"\'", set()),
        ("R0012", {"frigate"}),
        ("JP-PH-26", set(TITLES)),
        ("26-r00 護衛", {"frigate"}),
        ("!", set()),
        (":*", set()),
        ("", set(TITLES)),
    ],
)
def test_search_finds_what_contains_every_word(
    named: dict[str, str], words: str, about: set[str]
) -> None:
    found = set(matching(Request.objects.all(), words).values_list("number", flat=True))

    assert found == {named[name] for name in about}


def test_only_the_first_six_words_count(named: dict[str, str]) -> None:
    found = matching(Request.objects.all(), "F P S 3 M E 護衛艦")

    assert list(found.values_list("number", flat=True)) == [named["radar"]]


@pytest.mark.parametrize(("word", "part"), [("レーダー", "fms_bigrams"), ("艦", "fms_bigrams")])
def test_search_can_use_the_index(word: str, part: str) -> None:
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM cases_request"
            " WHERE fms_bigrams(number, title) @@ fms_bigram_query(%s)",
            [word],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Bitmap Index Scan on cases_request" in plan, plan
    assert part in plan
