"""Every page of every desk at a desk's and at a phone's width: no fault that a machine can see.

`Looker.look` visits an address; what is wrong there is noted, and at the end nothing may be noted.
Axe reads each kind of page once in each width; language, title, headline and sideways scrolling
are looked at on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from cases.models import Rate, RequestLine
from industry.models import Article, ArticleMaker, ArticlePrice, NonrecurringCharge
from portal.desks import DESKS
from portal.staff import desk as staff_desk
from tests.approvals.hands import file_of, with_file
from tests.browser.conftest import NARROW, WIDE, Window
from tests.browser.hands import answer, open_step, press
from tests.factories import (
    ArticleFactory,
    BillFactory,
    ChangeFactory,
    ChargeFactory,
    ContractFactory,
    CostEstimateFactory,
    IndicationFactory,
    MakerFactory,
    PriceFactory,
    ProposalFactory,
    QuestionFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    bill_to_issue,
    paper,
    person,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALL_OF_THE_AGENCY = (
    *("case_manager", "export_control_officer", "finance_officer", "contract_officer"),
    *("inspector", "director", "department_head"),
)
ALL_OF_A_NATION = ("requester", "signatory", "nation_finance", "nation_logistics")
ALL_OF_A_FIRM = (
    *("contractor_sales", "contractor_production", "contractor_delivery", "contractor_finance"),
)
STATES: dict[type[Any], tuple[str, ...]] = {
    RequestFactory: (
        *("submitted", "returned", "actionable", "declined"),
        *("under_approval", "transferred"),
    ),
    IndicationFactory: ("draft", "under_approval", "sent"),
    TransferReviewFactory: ("draft", "under_review", "cleared", "refused"),
    ContractFactory: ("draft", "under_approval", "offered", "in_execution", "closed", "lapsed"),
    ChangeFactory: ("draft", "under_approval", "offered", "issued", "in_effect"),
    RequisitionFactory: ("submitted", "priced", "accepted"),
    SubcontractFactory: ("draft", "solicited", "under_approval", "in_production", "closed"),
    QuoteFactory: ("invited", "submitted", "declined"),
    ShipmentFactory: ("packed", "shipped", "received"),
    BillFactory: ("draft", "issued", "paid", "void"),
}
SHOWN_TO_NATIONS: dict[type[Any], tuple[str, ...]] = {
    RequestFactory: ("draft", "submitted", "returned", "answered", "transferred"),
    IndicationFactory: ("sent",),
    ContractFactory: ("offered", "in_execution", "closed"),
    ChangeFactory: ("offered", "issued", "in_effect"),
    RequisitionFactory: ("submitted", "accepted"),
    ShipmentFactory: ("shipped", "received"),
    BillFactory: ("issued", "paid"),
}
SHOWN_TO_FIRMS: dict[type[Any], tuple[str, ...]] = {
    QuoteFactory: ("invited", "submitted", "taken"),
    SubcontractFactory: ("awarded", "in_production", "accepted", "closed"),
}
DAY = date(2026, 4, 1)
LONG = "警戒管制レーダー装置一式及び初度部品並びに技術支援役務（見本） Air-surveillance radars"

PLANTED = (
    'document-title: <html lang="en">',
    'image-alt: <img src="/static/portal/mark.svg">',
    'page-has-heading-one: <html lang="en">',
)


class Looker:
    """Goes from page to page in one window and notes what is wrong."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.noted: list[str] = []

    def look(self, path: str, *, status: int = 200, closely: bool = False) -> None:
        answered = answer(self.page.goto(path))
        if answered.status != status:
            self.noted.append(f"{path}: {answered.status} instead of {status}")
        self.look_here(closely=closely)

    def look_here(self, *, closely: bool = True) -> None:
        page, path = self.page, self.page.url
        if (found := page.locator("html").get_attribute("lang")) != self.language:
            self.noted.append(f"{path}: in {found}")
        if not page.title().partition("|")[0].strip():
            self.noted.append(f"{path}: no title")
        if (count := page.locator("h1").count()) != 1:
            self.noted.append(f"{path}: {count} headlines")
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                self.noted.append(f"{path}: {width} px wide at {size['width']}")
            if closely:
                self.noted += [f"{path} at {size['width']}: {fault}" for fault in axe_on(page)]


def axe_on(page: Page) -> Iterator[str]:
    for violation in Axe().run(page).response["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:120]}"


@pytest.fixture
def looker(sign_in: Window, open_window: Window) -> Iterator[Callable[..., Looker]]:
    """`looker(*roles)` looks with the eyes of somebody new; whatever was noted fails the test."""
    lookers: list[Looker] = []

    def new(*roles: str, language: str = "ja") -> Looker:
        page = sign_in(person(*roles, language=language)) if roles else open_window()
        lookers.append(Looker(page, language))
        return lookers[-1]

    yield new

    assert [note for one in lookers for note in one.noted] == []


def cases_in(states: dict[type[Any], tuple[str, ...]]) -> dict[str, list[Any]]:
    """A case of each type in each state, by the type's slug, the first with long words."""
    found: dict[str, list[Any]] = {}
    for factory, names in states.items():
        for name in names:
            words = {"title": LONG} if name == names[0] else {}
            row = factory(state=name, **words)
            found.setdefault(row.slug(), []).append(row)
    return found


def talk_about(request: Any) -> None:
    """A thread of questions: answered, open, and late."""
    QuestionFactory(request=request, is_answered=True)
    QuestionFactory(request=request, asked_by="nation", due_on=None)
    QuestionFactory(request=request, due_on=DAY)


def look_at_lists(eyes: Looker, desk: str) -> None:
    eyes.look(f"/{desk}/", closely=True)
    for place, kind in enumerate(DESKS[desk].types):
        eyes.look(f"/{desk}/{kind.slug}/", closely=place == 0)


def look_at_cases(eyes: Looker, desk: str, rows: dict[str, list[Any]]) -> None:
    for slug, cases in rows.items():
        for place, case in enumerate(cases):
            eyes.look(f"/{desk}/{slug}/{case.number}/", closely=place == 0)


# Desks with nothing on them ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "role", "language"),
    [
        ("staff", "case_manager", "ja"),
        ("supplier", "contractor_sales", "ja"),
        ("partner", "requester", "en"),
    ],
)
def test_empty_desk_and_lists(
    looker: Callable[..., Looker], desk: str, role: str, language: str
) -> None:
    eyes = looker(role, language=language)

    look_at_lists(eyes, desk)
    eyes.look(f"/{desk}/{DESKS[desk].types[0].slug}/?q=submarine&state=submitted")


# Desks full of work --------------------------------------------------------------------------


def test_staff_pages(looker: Callable[..., Looker]) -> None:
    rows = cases_in(STATES)
    talk_about(rows["requests"][0])
    CostEstimateFactory(line=rows["subcontracts"][1].lines.get(number=1))
    SubcontractFactory(contract=rows["contracts"][3], state="accepted")  # so that it may be packed
    eyes = looker(*ALL_OF_THE_AGENCY)

    look_at_lists(eyes, "staff")
    look_at_cases(eyes, "staff", rows)
    eyes.look(f"/staff/indications/{rows['indications'][0].number}/steps/estimate/", closely=True)
    eyes.look(f"/staff/subcontracts/{rows['subcontracts'][0].number}/steps/solicit/", closely=True)
    eyes.look(f"/staff/subcontracts/{rows['subcontracts'][1].number}/steps/take_quote/")
    eyes.look(f"/staff/subcontracts/{rows['subcontracts'][1].number}/steps/estimate/")
    eyes.look(f"/staff/subcontracts/{rows['subcontracts'][1].number}/estimate/", closely=True)
    eyes.look("/staff/calculator/price/", closely=True)
    eyes.look("/staff/calculator/schedule/", closely=True)
    eyes.look(f"/staff/reviews/{rows['reviews'][0].number}/steps/screen/", closely=True)
    eyes.look(f"/staff/contracts/{rows['contracts'][3].number}/steps/pack_shipment/")


def test_staff_pages_in_english(looker: Callable[..., Looker]) -> None:
    contract = ContractFactory(state="in_execution", title=LONG)
    eyes = looker(*ALL_OF_THE_AGENCY, language="en")

    eyes.look("/staff/", closely=True)
    eyes.look("/staff/contracts/?state=in_execution", closely=True)
    eyes.look(f"/staff/contracts/{contract.number}/", closely=True)


@pytest.fixture
def coming(transactional_db: None) -> Iterator[Rate]:
    """A row that has not begun; reference data is not swept up after a test that commits."""
    row = Rate.objects.create(code="test", percent=1, valid_from="2090-04-01", source="memo")
    yield row
    Rate._base_manager.filter(pk=row.pk).delete()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_reference_pages(looker: Callable[..., Looker], coming: Rate, language: str) -> None:
    person("director", unit="planning")
    held = with_file(ProposalFactory())
    eyes = looker("finance_officer", language=language)

    eyes.look("/staff/reference/", closely=True)
    eyes.look("/staff/reference/rate/?on=2020-01-01", closely=True)
    eyes.look("/staff/reference/separation/", closely=True)
    eyes.look(f"/staff/reference/rate/{held.instead_of}/", closely=True)
    eyes.look(f"/staff/reference/rate/{held.instead_of}/end/", closely=True)
    eyes.look("/staff/reference/approvalroute/new/", closely=True)
    press(eyes.page.locator("main form[method=post]"))
    eyes.look_here()
    eyes.look(f"/staff/reference/rate/{coming.pk}/", closely=True)
    eyes.look(f"/staff/reference/rate/{coming.pk}/withdraw/", closely=True)
    for kind in ("nation", "agreement", "article"):
        eyes.look(f"/staff/reference/{kind}/", closely=True)
    eyes.look("/staff/reference/nation/PH/", closely=True)
    eyes.look("/staff/reference/nation/PH/version/", closely=True)
    eyes.look("/staff/reference/article/new/", closely=True)

    eyes.look(f"/staff/reference/proposals/{held.pk}/", closely=True)
    eyes.look(f"/staff/approvals/{file_of(held).number}/", closely=True)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_catalogue_pages(looker: Callable[..., Looker], known: Article, language: str) -> None:
    case = RequestFactory(state="submitted", furnished=False)
    case.lines.create(number=1, article=known, quantity=7)
    table = f"Catalogue number,Name in Japanese,Kind\n{known.catalogue_number},{LONG},article\n"
    new = "Catalogue number,Name in Japanese,Name in English,Kind,Class,Source\nJP-N-1,新,N,%s,part,-\n"
    eyes = looker("finance_officer", "case_manager", language=language)

    eyes.look("/staff/catalogue/", closely=True)
    eyes.look("/staff/catalogue/?q=submarine&kind=training")
    eyes.look(f"/staff/catalogue/{known.catalogue_number}/", closely=True)
    eyes.look("/staff/catalogue/JP-VES-001/")
    for sent in (table, new % "article", new % "rumour", table.replace(LONG, known.name_ja)):
        eyes.look("/staff/catalogue/import/", closely=sent == table)
        file = {"name": "list.csv", "mimeType": "text/csv", "buffer": sent.encode()}
        eyes.page.locator("[name=table]").set_input_files(file)
        press(eyes.page.locator("main form[method=post]"))
        eyes.look_here()

    nation = looker("requester", language=language)
    nation.look("/partner/catalogue/", closely=True)
    nation.look(f"/partner/catalogue/{known.catalogue_number}/", closely=True)


@pytest.fixture
def known(transactional_db: None) -> Iterator[Article]:
    """An article of which everything is known, and which does not stay."""
    words = {"stock_number": "5840301234567", "generic_class": "J", "control_item": "16(1)"}
    words |= {"sensitivity": "high", "monitoring": "enhanced", "name_ja": "無線機"}
    row = ArticleFactory(catalogue_number="JP-TST-901", lead_months=24, lead_on=DAY, **words)
    for make in (MakerFactory, PriceFactory, ChargeFactory):
        make(article=row, source=LONG)
    yield row
    for table in (RequestLine, ArticleMaker, ArticlePrice, NonrecurringCharge):
        table._base_manager.filter(article=row).delete()
    Article._base_manager.filter(pk=row.pk).delete()


def test_list_below_a_number_follows_what_is_typed(sign_in: Window, transactional_db: None) -> None:
    page = sign_in(person("requester", language="en"))
    page.goto("/partner/requests/begin/draft/")

    with page.expect_response(lambda answered: "/catalogue/options/" in answered.url):
        page.locator("[name=lines-0-article]").press_sequentially("もがみ")
    options = page.locator("datalist option")
    options.first.wait_for(state="attached")

    page.wait_for_function("document.querySelectorAll('datalist option').length === 1")
    assert options.first.get_attribute("value") == "JP-SHP-001"
    page.locator("[name=lines-0-article]").fill("JP-SHP-001")
    assert page.locator("#id_lines_0_name").inner_text() == "Upgraded Mogami-class frigate"


def test_supplier_pages(looker: Callable[..., Looker]) -> None:
    rows = cases_in(SHOWN_TO_FIRMS)
    order, quote = rows["subcontracts"][0], rows["quotes"][0]
    paper(order, "purchase_order", for_contractor_id=order.contractor_id)
    eyes = looker(*ALL_OF_A_FIRM)

    look_at_lists(eyes, "supplier")
    look_at_cases(eyes, "supplier", rows)
    eyes.page.goto(f"/supplier/quotes/{quote.number}/")
    press(open_step(eyes.page, "submit"))
    eyes.look_here()


def test_partner_pages(looker: Callable[..., Looker]) -> None:
    rows = cases_in(SHOWN_TO_NATIONS)
    talk_about(rows["requests"][1])
    eyes = looker(*ALL_OF_A_NATION, language="en")

    look_at_lists(eyes, "partner")
    look_at_cases(eyes, "partner", rows)
    asked = rows["requests"][1].number
    eyes.look(f"/partner/requests/{asked}/steps/answer_the_agency/", closely=True)
    eyes.look("/partner/requests/begin/draft/", closely=True)
    press(eyes.page.locator("main form[method=post]"))
    eyes.look_here()


# The entrance and what went wrong ------------------------------------------------------------


def test_sign_in_page_in_both_languages(looker: Callable[..., Looker]) -> None:
    japanese, english = looker(), looker(language="en")

    japanese.look("/sign-in/", closely=True)
    english.page.goto("/sign-in/")
    with english.page.expect_navigation():
        english.page.get_by_role("button", name="English").click()
    english.look_here()
    press(english.page.locator("form", has=english.page.locator("[name=password]")))
    english.look_here()


def test_pages_that_refuse(looker: Callable[..., Looker]) -> None:
    supplier, nobody, visitor = looker("contractor_sales"), looker(), looker()
    supplier.look("/staff/", status=403, closely=True)
    supplier.look("/nowhere/", status=404, closely=True)
    supplier.look("/supplier/quotes/JP-QUO-26-9999/", status=404)
    nobody.look("/nowhere/", status=404, closely=True)

    visitor.page.goto("/sign-in/")
    visitor.page.context.clear_cookies()
    answered = press(visitor.page.locator("form", has=visitor.page.locator("[name=password]")))
    visitor.look_here()

    assert answered.status == 403


def test_page_of_somebody_without_a_role(sign_in: Window) -> None:
    eyes = Looker(sign_in(person(language="ja")), "ja")

    eyes.look("/", status=403, closely=True)

    assert eyes.noted == []


def test_page_about_a_fault_of_the_house(
    looker: Callable[..., Looker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(staff_desk, "waiting_for")
    eyes = looker("case_manager")

    eyes.look("/staff/", status=500, closely=True)


def test_page_of_a_step_that_is_no_longer_open(looker: Callable[..., Looker]) -> None:
    bill = bill_to_issue()
    eyes, other = looker("finance_officer"), looker("finance_officer")
    for page in (eyes.page, other.page):
        page.goto(f"/staff/bills/{bill.number}/")

    press(open_step(other.page, "issue"))
    answered = press(open_step(eyes.page, "issue"))
    eyes.look_here()

    assert answered.status == 409


def test_a_bad_page_would_be_noted(open_window: Window) -> None:
    eyes = Looker(open_window(), "ja")
    eyes.page.goto("/sign-in/")
    eyes.page.evaluate(
        """() => {
          document.documentElement.lang = "en";
          document.title = "";
          document.querySelector("h1").remove();
          document.querySelector("main").innerHTML += "<img src='/static/portal/mark.svg'>";
          document.querySelector("main").firstElementChild.style.width = "1500px";
        }"""
    )

    eyes.look_here()

    here = eyes.page.url
    assert [note.removeprefix(here) for note in eyes.noted] == [
        ": in en",
        ": no title",
        ": 0 headlines",
        ": 1516 px wide at 390",
        *(f" at 390: {fault}" for fault in PLANTED),
        ": 1532 px wide at 1280",
        *(f" at 1280: {fault}" for fault in PLANTED),
    ]
