"""The pages of the catalogue: found, read, sent out, taken in; and what each side is shown of it."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from industry.models import Article
from partners import kinds
from partners.access import ROLES
from partners.models import Person, Proposal
from tests.approvals.hands import post, propose
from tests.factories import (
    ArticleFactory,
    ChargeFactory,
    MakerFactory,
    PriceFactory,
    RequestFactory,
    firm,
    person,
)
from tests.people import enter
from tests.portal.test_exports import rows_of, sheet_of
from tests.portal.test_pages import signed_in
from workflow.models import Entry

pytestmark = pytest.mark.django_db
QUERIES_OF_LIST = 10
QUERIES_OF_ARTICLE = 13
QUERIES_OF_NATION = 6
LIST = reverse("staff:catalogue")
IMPORT, PROPOSE = reverse("staff:import_catalogue"), reverse("staff:propose_import")
WHY = "The list of the year."


def address(article: Article, desk: str = "staff") -> str:
    return reverse(f"{desk}:article", args=[article.catalogue_number])


def numbers(page: Any) -> list[str]:
    return [row.catalogue_number for row in page.context["page"]]


@pytest.fixture(autouse=True)
def director() -> Person:
    """Who decides on changes of reference data."""
    return post("planning", "director")


@pytest.fixture
def radio() -> Article:
    """An article of which everything is known."""
    row = ArticleFactory(
        catalogue_number="JP-TST-901",
        name_ja="無線機",
        name_en="Radio set",
        stock_number="5840301234567",
        kind="lease",
        item_class="weapon",
        generic_class="J",
        control_item="16(1)",
        sensitivity="high",
        monitoring="enhanced",
        lead_months=24,
        lead_on=date(2026, 4, 1),
        source="source zeisig",
    )
    MakerFactory(article=row, contractor=firm("Maker Zeisig"))
    PriceFactory(article=row, source="price zeisig")
    ChargeFactory(article=row, approval="zeisig 12")
    return row


# The list ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "むせんき"}, []),
        ({"q": "無線"}, ["JP-TST-901"]),
        ({"q": "adio se"}, ["JP-TST-901"]),
        ({"q": "5840-30"}, ["JP-TST-901"]),
        ({"q": "jp-tst", "kind": "lease"}, ["JP-TST-901"]),
        ({"q": "jp-tst", "kind": "article"}, ["JP-TST-902"]),
        ({"q": "jp-tst", "item_class": "weapon"}, ["JP-TST-901"]),
        ({"q": "jp-tst", "item_class": "non_weapon"}, ["JP-TST-902"]),
        ({"kind": "rumour"}, []),
        ({"q": "x" * 101}, []),
        ({"maker": "nobody"}, []),
    ],
)
@pytest.mark.usefixtures("radio")
def test_list_is_narrowed_by_words_kind_and_class(asked: dict[str, str], found: list[str]) -> None:
    ArticleFactory(catalogue_number="JP-TST-902", name_ja="靴", name_en="Boots")

    page = signed_in("case_manager").get(LIST, asked)

    assert (page.status_code, numbers(page)) == (200, found)
    assert ("Nothing found" in page.content.decode()) == (found == [])


def test_list_is_narrowed_by_who_makes_it_today(radio: Article) -> None:
    maker = firm("Maker Zeisig")
    former = MakerFactory(valid_to=date(2026, 4, 2), contractor=maker)

    page = signed_in("inspector").get(LIST, {"maker": maker.pk})

    assert numbers(page) == [radio.catalogue_number]
    assert former.article.catalogue_number not in page.content.decode()
    assert list(page.context["search"].fields["maker"].queryset) == [maker]


def test_list_has_pages_and_says_how_to_propose_to_those_who_may() -> None:
    for _ in range(30):
        ArticleFactory()
    proposer, reader = signed_in("finance_officer"), signed_in("inspector")

    first, second = proposer.get(LIST), proposer.get(LIST, {"page": "2"})

    assert numbers(first) + numbers(second) == list(
        Article.objects.values_list("catalogue_number", flat=True)
    )
    assert IMPORT in first.content.decode()
    assert IMPORT not in reader.get(LIST).content.decode()


def test_list_of_three_asks_as_often_as_of_one(django_assert_num_queries: Any) -> None:
    client = signed_in("case_manager")
    MakerFactory(article__catalogue_number="JP-TST-901")
    client.get(LIST)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(LIST, {"q": "JP-TST-90"})
    for number in ("JP-TST-902", "JP-TST-903"):
        MakerFactory(article__catalogue_number=number, contractor=firm(number))

    with django_assert_num_queries(QUERIES_OF_LIST):
        page = client.get(LIST, {"q": "JP-TST-90"})

    assert len(numbers(page)) == 3


# One article ---------------------------------------------------------------------------------


def test_article_tells_the_agency_everything(radio: Article) -> None:
    case = RequestFactory(state="submitted", furnished=False)
    case.lines.create(number=1, article=radio, quantity=7)

    page = signed_in("case_manager").get(address(radio)).content.decode()

    for said in (
        *("JP-TST-901", "Radio set", "無線機", "5840-30-123-4567", "class 5840", "bureau 30"),
        *("communications", "Lease", "Weapon", "each", "24 months", "as of 1 Apr 2026"),
        *("16(1) catch-all: goods named by HS code", "High", "enhanced monitoring", "Maker Zeisig"),
        *("Prime contractor", "Standard price", "JPY\u00a01,234,567", "price zeisig", "zeisig 12"),
        *("JPY\u00a089,000", case.number, str(case.nation), "7 each", "source zeisig"),
    ):
        assert said in page, said


def test_article_of_which_little_is_known_says_so() -> None:
    page = signed_in("opinion_giver").get(address(ArticleFactory())).content.decode()

    for said in (
        *("No maker is known.", "No price is known.", "No charge is approved."),
        "No request that you may see names it.",
    ):
        assert said in page
    assert "Propose" not in page


def test_article_names_the_change_that_waits(radio: Article) -> None:
    client = signed_in("finance_officer")
    assert "Propose a change" in client.get(address(radio)).content.decode()

    changed = kinds.with_values(radio, {"name_en": "Receiver"})
    held = propose(changed, by=person("finance_officer"), reason=WHY, instead_of=radio)

    page = client.get(address(radio)).content.decode()
    assert reverse("proposal", args=[held.pk]) in page
    assert "Propose a change" not in page


def test_article_asks_as_often_with_three_rows_of_each_kind(
    radio: Article, django_assert_num_queries: Any
) -> None:
    client = signed_in("case_manager")
    cases = [RequestFactory(state="submitted", furnished=False) for _ in range(3)]
    cases[0].lines.create(number=1, article=radio, quantity=1)
    client.get(address(radio))
    with django_assert_num_queries(QUERIES_OF_ARTICLE):
        client.get(address(radio))
    for place, case in enumerate(cases[1:]):
        day = date(2027 + place, 4, 1)
        case.lines.create(number=1, article=radio, quantity=1)
        MakerFactory(article=radio, contractor=firm(f"Maker {place}"))
        PriceFactory(article=radio, valid_from=day)
        ChargeFactory(article=radio, valid_from=day)

    with django_assert_num_queries(QUERIES_OF_ARTICLE):
        page = client.get(address(radio))

    assert [len(page.context[name]) for name in ("makers", "prices", "charges", "asked")] == [3] * 4


@pytest.mark.parametrize("make", [MakerFactory, PriceFactory, ChargeFactory])
def test_rows_beside_articles_are_listed_with_as_many_queries_for_three_as_for_one(
    make: Any,
) -> None:
    client = signed_in("finance_officer")
    kind = make._meta.model._meta.model_name
    make()
    client.get(reverse("reference_kind", args=[kind]))

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("reference_kind", args=[kind]))
        assert "試験用無線機" not in page.content.decode()
        assert "Test radio" in page.content.decode()
        return len(asked)

    one = count()
    for _ in range(2):
        make()

    assert count() == one


# Out -----------------------------------------------------------------------------------------


def export(client: Client, extension: str = "csv", **asked: str) -> Any:
    return client.get(reverse("staff:export_catalogue", args=[extension]), asked)


def test_export_holds_what_the_list_was_narrowed_to_and_is_written_down(radio: Article) -> None:
    client = signed_in("inspector")

    answer = export(client, q="radio set")

    head, row = rows_of(answer)
    said = dict(zip(head, row, strict=True))
    assert (said["Catalogue number"], said["Kind"]) == ("JP-TST-901", "lease")
    assert "Price" not in head
    line = Entry.objects.get(event="exported")
    assert (line.subject, line.role, line.digest) == (
        "staff:catalogue", "inspector", sha256(answer.content).hexdigest()
    )  # fmt: skip
    assert line.given == {"filters": {"q": "radio set"}, "format": "csv", "count": 1}


def test_list_leads_to_its_export_with_what_it_was_narrowed_by(radio: Article) -> None:
    page = signed_in("inspector").get(LIST, {"q": "radio", "page": "1"})

    assert [one["url"] for one in page.context["exports"]] == [
        "/staff/catalogue/export/csv/?q=radio",
        "/staff/catalogue/export/xlsx/?q=radio",
    ]
    assert signed_in("inspector").get(LIST).context["exports"][0]["url"].endswith("/csv/")


def test_export_as_a_sheet_keeps_numbers_and_days(radio: Article) -> None:
    sheet = sheet_of(export(signed_in("inspector"), "xlsx", q="radio set"))

    head, row = list(sheet.iter_rows())
    cells = dict(zip([cell.value for cell in head], row, strict=True))
    assert (cells["Lead time in months"].value, cells["Lead time in months"].data_type) == (24, "n")
    assert cells["Lead time as of"].data_type == "d"
    assert cells["National stock number"].value == "5840-30-123-4567"


def test_export_of_too_many_or_of_an_unknown_kind_is_refused(settings: Settings) -> None:
    settings.EXPORT_LIMIT_ROWS = 1
    client = signed_in("inspector")

    answer = export(client)

    assert answer["Location"] == LIST
    assert "More than 1 articles fit. Narrow the list first." in client.get(LIST).content.decode()
    assert export(client, "pdf").status_code == 404
    assert not Entry.objects.filter(event="exported").exists()


# In ------------------------------------------------------------------------------------------

HEAD = "Catalogue number,Name in English,Source"


def table(*rows: str, head: str = HEAD, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join((head, *rows)).encode())


def shown(page: Any) -> dict[str, str]:
    return {name: page.context["form"][name].value() for name in ("rows", "seen")}


def test_table_shows_what_it_would_change_before_anything_is_kept(radio: Article) -> None:
    ArticleFactory(catalogue_number="JP-TST-902", name_en="Boots")
    more = ",Name in Japanese,Kind,Class"
    client = signed_in("finance_officer")

    page = client.post(IMPORT, {"table": table(
        "JP-TST-901,Receiver,memo 12,無線機,lease,weapon",
        "JP-TST-902,Boots,test,試験用無線機,article,Non-weapon",
        "JP-NEW-001,Antenna,memo 12,空中線,article,part of a weapon",
        head=HEAD + more,
    )})  # fmt: skip

    assert page.status_code == 200
    (changed,), (new,) = page.context["changed"], page.context["new"]
    assert (changed["row"], changed["columns"]) == (
        2,
        [
            {"label": "Name in English", "before": "Radio set", "after": "Receiver"},
            {"label": "Source", "before": "source zeisig", "after": "memo 12"},
        ],
    )
    assert (new["row"], new["article"].name_en, page.context["same"]) == (4, "Antenna", 1)
    assert {"label": "Class", "before": None, "after": "part of a weapon"} in new["columns"]
    assert not Proposal.objects.exists()

    answer = client.post(PROPOSE, shown(page) | {"reason": WHY})

    assert answer["Location"] == reverse("reference")
    assert [held.title() for held in Proposal.objects.all()] == [
        "JP-TST-901 Radio set", "JP-NEW-001 Antenna"
    ]  # fmt: skip
    assert {held.reason for held in Proposal.objects.all()} == {WHY}
    assert "2 changes are proposed." in client.get(reverse("reference")).content.decode()


def test_faults_are_shown_by_row_and_column_in_the_persons_language(radio: Article) -> None:
    client = Client()
    enter(client, person("finance_officer", language="ja"))

    page = client.post(
        IMPORT, {"table": table("JP-TST-901,,memo 12", head="カタログ番号,Name in English,出典")}
    )

    assert page.status_code == 422
    (fault,) = page.context["faults"]
    assert (fault.row, fault.column) == (2, "名称（英語）")
    assert not fault.why.isascii()
    assert "すべて提案する" not in page.content.decode()


def test_table_that_changes_nothing_proposes_nothing(radio: Article) -> None:
    page = signed_in("finance_officer").post(
        IMPORT, {"table": table("JP-TST-901,Radio set,source zeisig")}
    )

    assert "There is nothing to propose." in page.content.decode()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, "This is needed: attach a file."),
        ({"table": table(name="list.txt")}, "Send one of these types: .xlsx, .csv."),
        ({"table": table('a,"b"c')}, "Save it as CSV again."),
    ],
)
def test_file_that_is_no_table_is_told_beside_its_field(sent: dict[str, Any], why: str) -> None:
    page = signed_in("finance_officer").post(IMPORT, sent)

    assert page.status_code == 422
    assert why in str(page.context["form"].errors["table"])


def previewed(client: Client) -> dict[str, str]:
    return shown(client.post(IMPORT, {"table": table("JP-TST-901,Receiver,memo 12")}))


@pytest.mark.usefixtures("radio")
def test_reason_is_needed_and_what_was_shown_stays_on_the_page() -> None:
    client = signed_in("finance_officer")

    page = client.post(PROPOSE, previewed(client) | {"reason": ""})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["reason"]
    assert len(page.context["changed"]) == 1
    again = client.post(PROPOSE, shown(page) | {"reason": WHY})
    assert again.status_code == 302


@pytest.mark.usefixtures("radio")
def test_what_was_not_shown_to_this_person_is_not_proposed() -> None:
    client, other = signed_in("finance_officer"), signed_in("legal_reviewer")
    rows = previewed(client)

    for sent in (
        rows | {"rows": rows["rows"][:-1]}, {"reason": WHY}, rows | {"reason": WHY}
    ):  # fmt: skip
        answer = other.post(PROPOSE, sent | {"reason": WHY})
        assert answer["Location"] == IMPORT

    assert "What was shown cannot be read any more." in other.get(IMPORT).content.decode()
    assert not Proposal.objects.exists()


def test_catalogue_that_has_changed_since_is_shown_again(radio: Article) -> None:
    client = signed_in("finance_officer")
    rows = previewed(client)
    radio.name_en = "Set"
    radio.save()

    page = client.post(PROPOSE, rows | {"reason": WHY})

    assert (page.status_code, page.context["refusal"]) == (
        409, "The catalogue has changed since this was shown. Look at it again."
    )  # fmt: skip
    assert page.context["changed"][0]["columns"][0]["before"] == "Set"
    assert client.post(PROPOSE, shown(page) | {"reason": WHY}).status_code == 302


def test_change_that_waits_already_is_told_with_its_row(radio: Article) -> None:
    client = signed_in("finance_officer")
    rows = previewed(client)
    client.post(PROPOSE, rows | {"reason": WHY})

    page = client.post(PROPOSE, rows | {"reason": WHY})

    assert page.status_code == 409
    assert page.context["refusal"].startswith("Row 2: A change of this row waits")
    assert Proposal.objects.count() == 1


def test_whoever_proves_nothing_lately_is_asked_on_the_same_page(radio: Article) -> None:
    client = signed_in("finance_officer")
    rows = previewed(client)
    session = client.session
    for method in session["account_authentication_methods"]:
        method["at"] -= 60 * 60
    session.save()

    page = client.post(PROPOSE, rows | {"reason": WHY})

    assert page.status_code == 422
    assert page.context["proof"]
    assert not Proposal.objects.exists()


# Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_for_their_desk_and_taking_in_for_proposers(role: str, radio: Article) -> None:
    client, kind = signed_in(role), ROLES[role].kind
    inside, proposes = kind in {"agency", "ministry"}, role in {"finance_officer", "legal_reviewer"}

    def opens(address: str) -> bool:
        return client.get(address).status_code == 200

    assert opens(LIST) == opens(address(radio)) == inside
    assert (export(client).status_code == 200) == inside
    assert opens(IMPORT) == proposes
    assert opens(reverse("partner:catalogue")) == (kind == "nation")
    assert opens(address(radio, "partner")) == (kind == "nation")
    assert opens(reverse("partner:catalogue_options")) == (kind == "nation")


def test_article_that_is_not_there_is_not_found() -> None:
    labelled = ArticleFactory(handling="protected")

    assert signed_in("inspector").get("/staff/catalogue/JP-XXX-999/").status_code == 404
    assert signed_in("inspector").get(address(labelled)).status_code == 200
    assert signed_in("requester").get("/partner/catalogue/JP-XXX-999/").status_code == 404
    assert signed_in("requester").get(address(labelled, "partner")).status_code == 404


# For nations ---------------------------------------------------------------------------------

INNER = ("zeisig", "Zeisig", "1,234,567", "89,000", "16(1)", "Sensitivity", "enhanced", "Prime")


def test_nation_sees_what_it_needs_to_ask_and_nothing_of_the_agencys_own(radio: Article) -> None:
    client = signed_in("requester")

    seen = [
        client.get(place).content.decode()
        for place in (
            reverse("partner:catalogue"),
            address(radio, "partner"),
            reverse("partner:catalogue_options") + "?q=radio",
        )
    ]

    for said in ("JP-TST-901", "Radio set"):
        assert all(said in page for page in seen)
    for said in ("5840-30-123-4567", "Lease", "Weapon", "24 months", "each", "無線機"):
        assert all(said in page for page in seen[:2])
    assert "J communications" in seen[1]
    assert [word for word in INNER for page in seen if word in page] == []
    told = signed_in("inspector").get(address(radio)).content.decode()
    assert [word for word in INNER if word not in told] == []  # or nothing could have leaked


def test_list_of_a_nation_is_searched_and_costs_the_same_for_three(
    radio: Article, django_assert_num_queries: Any
) -> None:
    client, place = signed_in("requester"), reverse("partner:catalogue")
    client.get(place)
    with django_assert_num_queries(QUERIES_OF_NATION):
        one = client.get(place, {"q": "無線 radio"})
    for number in ("JP-TST-902", "JP-TST-903"):
        ArticleFactory(catalogue_number=number, name_ja="無線", name_en="Radio")

    with django_assert_num_queries(QUERIES_OF_NATION):
        three = client.get(place, {"q": "無線 radio", "item_class": ""})

    assert (numbers(one), len(numbers(three))) == (["JP-TST-901"], 3)
    assert numbers(client.get(place, {"q": "radio", "kind": "lease"})) == ["JP-TST-901"]


def test_options_are_the_first_that_fit_what_is_typed(radio: Article) -> None:
    client, place = signed_in("requester"), reverse("partner:catalogue_options")
    ArticleFactory(name_en="<b>Radio set</b>", catalogue_number="JP-TST-999")

    found = client.get(place, {"q": "radio set\0"}).content.decode()

    assert found.split("\n")[:2] == [
        '<option value="JP-TST-901">Radio set</option>',
        '<option value="JP-TST-999">&lt;b&gt;Radio set&lt;/b&gt;</option>',
    ]
    assert client.get(place).content.decode().count("<option") == 20


def test_request_form_lists_the_catalogue_below_its_numbers(radio: Article) -> None:
    ArticleFactory(catalogue_number="JP-AAA-001", handling="protected")

    page = signed_in("requester").get(reverse("partner:begin", args=["requests", "draft"]))

    said = page.content.decode()
    assert 'name="lines-0-article" type="text" value="" list="id_lines_catalogue"' in said
    assert 'data-look-up="/partner/catalogue/options/"' in said
    assert '<option value="JP-RAD-001">' in said
    assert "JP-AAA-001" not in said
    assert said.count("<datalist") == 1


def test_request_form_tells_what_the_numbers_in_it_mean() -> None:
    number = RequestFactory(state="draft").number

    page = signed_in("requester").get(reverse("partner:step", args=["requests", number, "revise"]))

    told = "Fixed air-surveillance radar FPS-3ME</span>"
    assert f'id="revise-lines_0_name" aria-live="polite">{told}' in page.content.decode()
