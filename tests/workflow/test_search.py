"""Search finds part of a word, in any width and case of letters, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from cases.models import Quote, Request
from tests.factories import (
    BillFactory,
    ContractFactory,
    NationFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    name_readers,
    person,
)
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


@pytest.mark.parametrize(
    ("made", "words", "is_found"),
    [
        (RequestFactory, "TPS-P14", True),
        (RequestFactory, "移動式警戒管制", True),
        (RequestFactory, "ｆｉｘｅｄ air-SURV", True),
        (RequestFactory, "JP-PH-26-R0099 FPS-3ME", True),
        (RequestFactory, "Vests 移動式", True),
        (RequestFactory, "FPS-3ME frigate", False),
        (RequestFactory, "JP-RAD", False),
        (TransferReviewFactory, "TPS-P14ME", True),
        (TransferReviewFactory, "固定式", True),
        (TransferReviewFactory, "護衛艦", False),
        (ContractFactory, "TPS-P14ME", True),
        (SubcontractFactory, "TPS-P14ME", True),
        (SubcontractFactory, "固定式", True),
        (QuoteFactory, "TPS-P14ME", True),
        (QuoteFactory, "護衛艦", False),
        (ShipmentFactory, "移動式", True),
        (BillFactory, "移動式", True),
        (BillFactory, "護衛艦", False),
    ],
)
def test_search_finds_what_is_bought_by_its_name_in_either_language(
    made: Any, words: str, is_found: bool
) -> None:
    case = made(title="Vests & helmets", number="JP-PH-26-R0099")

    found = matching(type(case).objects.all(), words).values_list("number", flat=True)

    assert list(found) == ([case.number] if is_found else [])


def test_search_by_article_shows_nobody_another_sides_cases() -> None:
    ours = RequestFactory(nation=NationFactory(code="AU"))
    RequestFactory(nation=NationFactory(code="PH"))
    own, _other = (
        QuoteFactory(subcontract=SubcontractFactory(), contractor=firm(name))
        for name in ("Own", "Other")
    )

    with walls.within(walls.Context("partner", scope="AU")), transaction.atomic():
        seen = list(matching(Request.objects.all(), "FPS-3ME").values_list("pk", flat=True))
    with walls.within(walls.Context("supplier", scope=str(firm("Own").pk))), transaction.atomic():
        quotes = list(matching(Quote.objects.all(), "FPS-3ME").values_list("pk", flat=True))

    assert (seen, quotes) == ([ours.pk], [own.pk])


def test_search_by_article_tells_nobody_of_a_deal_whose_label_hides_it() -> None:
    handler, other = person("case_manager"), person("case_manager")
    case = name_readers(RequestFactory(state="submitted"), handler)

    def found_by(who: Any) -> list[Any]:
        return list(matching(Request.objects.visible_to(who), "FPS-3ME"))

    assert (found_by(handler), found_by(other)) == ([case], [])


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


@pytest.mark.parametrize(
    "table", ["industry_article", "exports_reviewline", "exports_shipmentline"]
)
def test_names_can_be_looked_up_by_an_index(table: str) -> None:
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT id FROM {table}"
            " WHERE fms_bigrams(name_ja, name_en) @@ fms_bigram_query(%s)",
            ["レーダー"],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert f"Bitmap Index Scan on {table}_bigrams" in plan, plan
