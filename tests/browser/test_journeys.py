"""Short ways through the portal: coming in, looking for a case, mistakes, two tabs, no mouse."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from django.utils.text import capfirst
from django.utils.translation import override
from playwright.sync_api import Locator, Page, expect

from cases.models import Bill, Quote, Request
from fms_agency.demo.script import attached
from tests.browser.conftest import Window
from tests.browser.hands import answer, fill, form_of_step, open_step, press
from tests.factories import QuoteFactory, RequestFactory, bill_to_issue, firm, person
from workflow.steps import steps_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "maple-harbor-quartz-7"
REASON = "Please state the end use."


def case_path(desk: str, case: Any) -> str:
    return f"/{desk}/{case.slug()}/{case.number}/"


def label_of(case: Any, step: str) -> str:
    return str(steps_of(type(case))[step].label)


def headline(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def address(page: Page) -> str:
    """Path and question, without the server."""
    return "/" + page.url.split("/", 3)[3]


def focused(page: Page) -> Locator:
    return page.locator(":focus")


# Coming in -----------------------------------------------------------------------------------


def sign_in_form(page: Page) -> Locator:
    return page.locator("form", has=page.locator("[name=password]"))


def test_wrong_password_is_said_and_the_right_one_lets_in(open_window: Window):
    clerk = person("contractor_sales", password=WORDS)
    page = open_window(locale="en-GB")

    answered = answer(page.goto("/supplier/"))
    form = sign_in_form(page)
    fill(form, {"login": clerk.email, "password": "wrong"})
    press(form)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert (answered.status, address(page)) == (200, "/sign-in/?next=/supplier/")
    assert form.locator("[name=login]").input_value() == clerk.email
    assert form.locator("[name=password]").input_value() == ""

    fill(form, {"password": WORDS})
    press(form)

    assert (address(page), headline(page)) == ("/supplier/", "Supplier dashboard")


def test_language_is_switched_before_and_after_sign_in_and_is_kept(open_window: Window):
    clerk = person("requester", password=WORDS, language="en")
    page = open_window()
    html = page.locator("html")

    page.goto("/sign-in/")
    before = html.get_attribute("lang")
    page.get_by_role("button", name="English").click()
    expect(html).to_have_attribute("lang", "en")
    form = sign_in_form(page)
    fill(form, {"login": clerk.email, "password": WORDS})
    press(form)
    page.goto("/partner/requests/?q=radar")
    with page.expect_navigation():
        page.get_by_role("button", name="日本語").click()
    after = html.get_attribute("lang")

    assert (before, after, address(page)) == ("ja", "ja", "/partner/requests/?q=radar")
    clerk.refresh_from_db()
    assert clerk.language == "ja"


def test_after_sign_out_the_desk_is_closed(sign_in: Window):
    page = sign_in(person("case_manager"))

    page.goto("/staff/")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    after = address(page)
    page.goto("/staff/")

    assert (after, address(page)) == ("/sign-in/", "/sign-in/?next=/staff/")


# Looking for a case --------------------------------------------------------------------------


def shown_rows(page: Page) -> list[str]:
    return page.locator("#results tbody tr").all_inner_texts()


@pytest.fixture
def three_requests(transactional_db: None) -> None:
    RequestFactory(title="Coastal radar", state="submitted", furnished=False)
    RequestFactory(title="Mobile radar", state="draft", furnished=False)
    RequestFactory(title="Rescue boats", state="submitted", furnished=False)


def test_list_finds_the_same_with_and_without_script(sign_in: Window, three_requests: None):
    official = person("requester")
    quick, plain = sign_in(official), sign_in(official, java_script_enabled=False)
    quick.goto("/partner/requests/")
    plain.goto("/partner/requests/")
    everything = shown_rows(quick)

    quick.get_by_role("searchbox").press_sequentially("radar")
    expect(quick.locator("#results tbody tr")).to_have_count(2)
    plain.get_by_role("searchbox").fill("radar")
    plain.get_by_role("button", name="Search").click()
    by_words = shown_rows(quick), shown_rows(plain)
    quick.get_by_role("combobox").select_option("submitted")
    expect(quick.locator("#results tbody tr")).to_have_count(1)
    plain.get_by_role("combobox").select_option("submitted")
    plain.get_by_role("button", name="Search").click()
    by_both = shown_rows(quick), shown_rows(plain)

    assert len(everything) == 3
    assert by_words == (everything[1:], everything[1:])
    assert by_both == (everything[2:], everything[2:])
    assert quick.url == plain.url


def test_search_without_a_find_says_so_and_clears(sign_in: Window, three_requests: None):
    page = sign_in(person("requester"))
    page.goto("/partner/requests/")

    page.get_by_role("searchbox").press_sequentially("submarine")
    expect(page.locator("#results .empty__title")).to_have_text("Nothing found")
    page.get_by_role("link", name="Clear").click()

    assert len(shown_rows(page)) == 3


# Steps without script ------------------------------------------------------------------------


def test_step_without_script_waits_for_its_tick(sign_in: Window):
    bill = bill_to_issue()
    page = sign_in(person("finance_officer"), java_script_enabled=False)

    page.goto(case_path("staff", bill))
    form = form_of_step(page, "issue")
    form.locator("button").click()
    unticked = form.locator(":invalid").count(), Bill.objects.get(pk=bill.pk).state
    form.get_by_role("checkbox").check()
    form.locator("button").click()

    expect(page.get_by_role("status")).to_contain_text(f"Done: {label_of(bill, 'issue')}.")
    assert (unticked, Bill.objects.get(pk=bill.pk).state) == ((1, "under_approval"), "issued")


# Mistakes ------------------------------------------------------------------------------------


def test_bad_input_leads_back_to_the_field_and_loses_nothing(sign_in: Window):
    quote = QuoteFactory(state="invited")
    page = sign_in(person("contractor_sales", firm=quote.contractor))
    typed = {
        "lines-1": "two thousand",
        "lines-2": "1850000",
        "deliver_on": "",
        "valid_until": "2020-01-31",
        "remarks": "Prices hold for the whole lot.",
    }

    page.goto(case_path("supplier", quote))
    form = open_step(page, "submit")
    fill(form, typed)
    answered = press(form)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert answered.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert summary.get_by_role("link").all_inner_texts() == [
        "Unit prices: Line 1: give a price above zero, in digits.",
        "Delivery on: This is needed: give a day, as 2026-04-01.",
        "Quote valid until: This day has passed. Give today or a later day.",
    ]
    assert {name: form.locator(f'[name="{name}"]').input_value() for name in typed} == typed
    expected = [form.locator(f'[name="{n}"]') for n in ("lines-1", "deliver_on", "valid_until")]
    for link, field in zip(summary.get_by_role("link").all(), expected, strict=True):
        link.click()
        expect(field).to_be_focused()
    fresh = Quote.objects.get(pk=quote.pk)
    assert (fresh.state, fresh.version, fresh.amount) == ("invited", quote.version, None)

    fill(form, {"lines-1": "2,400,000", "deliver_on": "2030-01-31", "valid_until": "2030-01-31"})
    press(form)

    fresh = Quote.objects.get(pk=quote.pk)
    assert (fresh.state, fresh.amount) == ("submitted", Decimal(3 * 2_400_000 + 1_850_000))


def test_older_of_two_tabs_is_told_that_the_file_has_changed(sign_in: Window):
    request = RequestFactory(state="draft")
    older = sign_in(person("requester"))
    newer = older.context.new_page()
    for tab in (older, newer):
        tab.goto(case_path("partner", request))

    letter = open_step(newer, "attach_letter")
    fill(letter, {"letter": attached("letter.pdf", "Letter of request")})
    press(letter)
    answered = press(form_of_step(older, "submit"))
    said = older.locator(".banner--error .banner__body").inner_text()
    again = press(form_of_step(older, "submit"))

    assert (answered.status, said) == (
        HTTPStatus.CONFLICT,
        "The case has changed since you opened this page. Look at it again, then decide.",
    )
    assert (again.status, [entry.step for entry in request.trail.all()]) == (
        HTTPStatus.OK,
        ["submit", "attach_letter"],
    )


def test_step_taken_in_another_tab_is_no_longer_open(sign_in: Window):
    bill = bill_to_issue()
    older = sign_in(person("finance_officer"))
    newer = older.context.new_page()
    for tab in (older, newer):
        tab.goto(case_path("staff", bill))

    press(form_of_step(newer, "issue"))
    answered = press(form_of_step(older, "issue"))

    assert (answered.status, older.locator(".banner--error .banner__body").inner_text()) == (
        HTTPStatus.CONFLICT,
        "Not possible while the case is “issued”.",
    )
    assert [entry.step for entry in bill.trail.all()] == ["issue"]


def test_double_click_sends_once(sign_in: Window):
    request = RequestFactory(state="draft")
    page = sign_in(person("requester"))
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.method))

    page.goto(case_path("partner", request))
    with page.expect_navigation():
        form_of_step(page, "submit").locator("button").dblclick()

    expect(page.get_by_role("status")).to_contain_text("Done")
    assert [entry.step for entry in request.trail.all()] == ["submit"]
    assert sent.count("POST") == 1


# Without a mouse -----------------------------------------------------------------------------


def test_skip_link_comes_first_and_leads_past_the_menu(sign_in: Window):
    page = sign_in(person("case_manager"))
    page.goto("/staff/requests/")

    page.keyboard.press("Tab")
    first = focused(page).inner_text()
    expect(focused(page)).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")

    assert first == "Skip to the main content"
    expect(page.get_by_role("link", name="Enter a letter of request")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_request_is_returned_by_keyboard_alone(sign_in: Window):
    request = RequestFactory(state="submitted")
    page = sign_in(person("case_manager"))

    page.goto(case_path("staff", request))
    tab_to(page, label_of(request, "return_for_correction"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # the kind of reason
    page.keyboard.press("Tab")
    page.keyboard.type(REASON)
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    fresh = Request.objects.get(pk=request.pk)
    assert (fresh.state, fresh.return_reason) == ("returned", REASON)


def test_dialog_keeps_the_keys_and_escape_changes_nothing(sign_in: Window):
    bill = bill_to_issue()
    page = sign_in(person("finance_officer"))
    dialog = page.get_by_role("dialog")

    page.goto(case_path("staff", bill))
    tab_to(page, label_of(bill, "issue"))
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    expect(dialog.locator("button[value=no]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(form_of_step(page, "issue").locator("button")).to_be_focused()
    untouched = Bill.objects.get(pk=bill.pk).state
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(dialog.locator("button[value=yes]")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert (untouched, Bill.objects.get(pk=bill.pk).state) == ("under_approval", "issued")


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the control of this name has the focus; the page has an end."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if focused(page).inner_text().strip() == label:
            return
    raise AssertionError(f"Tab never came to “{label}”.")


# What others may not see ---------------------------------------------------------------------


def test_quote_of_another_contractor_is_not_there(sign_in: Window):
    quote = QuoteFactory(state="submitted")
    rival = person("contractor_sales", firm=firm("Other Works"))
    page = sign_in(rival)

    answered = answer(page.goto(case_path("supplier", quote)))

    assert (answered.status, headline(page)) == (404, "There is nothing here for you")
    assert quote.number not in page.locator("body").inner_text()
    assert quote.title not in page.content()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_hostile_title_is_only_text(sign_in: Window, language: str):
    title = "<script>alert(1)</script><b onclick=alert(2)>"
    request = RequestFactory(state="submitted", title=title, furnished=False)
    page = sign_in(person("case_manager", language=language))
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog opened: {dialog.message}"))
    with override(language):
        label = capfirst(str(request.state_label))

    page.goto(case_path("staff", request))
    on_case = headline(page), page.locator(".case-header .chip").first.inner_text()
    page.goto("/staff/requests/?q=script")
    on_list = page.locator("td.cell--wide").all_inner_texts()
    page.goto("/staff/")
    on_desk = page.locator("td.cell--wide").all_inner_texts()

    assert (on_case, on_list, on_desk) == ((title, label), [title], [title])
