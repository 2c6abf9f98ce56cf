"""Work over several tables, done in the transaction of the step that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import F, Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from cases import adviser, content, models, pricing
from cases.fields import MOST_LINES
from cases.models.rate import Rate, not_open, own_rates, rate_on
from cases.rates import NoRate
from cases.terms import promised
from documents import uploads
from documents.models import Document
from exports.models import ReviewLine, Shipment, ShipmentLine, TransferReview
from exports.models.shipment import packed_quantities
from industry.models import Article, ArticlePrice, NonrecurringCharge
from workflow import values
from workflow.steps import Act, Book, NotOpen, begin_within, take_within

# Papers that come in -------------------------------------------------------------------------


def receive(
    kind: str,
    title: str | Promise,
    *,
    for_nation: bool = False,
    for_contractor: Callable[[Any], Any] | None = None,
) -> Book:
    """A book: keep the one file that was handed over with the step."""

    def book(act: Act) -> None:
        (file,) = (value for value in act.given.values() if hasattr(value, "chunks"))
        uploads.receive(
            act.case,
            file,
            kind=kind,
            title=title,
            by=act.by,
            for_nation=for_nation,
            for_contractor_id=for_contractor(act.case) if for_contractor else None,
            label=act.given.get("handling", ""),
        )

    return book


ATTACHMENT = "attachment-"


def attached(request: Any) -> Any:
    """What has been attached besides the letter."""
    return Document.objects.of(request).filter(kind__startswith=ATTACHMENT)


def attach(act: Act) -> None:
    """Each is a paper of its own: files that stand beside each other are no versions of one."""
    uploads.receive(
        act.case,
        act.given["file"],
        kind=f"{ATTACHMENT}{attached(act.case).count() + 1}",
        title=act.given["subject"],
        by=act.by,
        for_nation=True,
        label=act.given.get("handling", ""),
    )


# Request → review, contract ------------------------------------------------------------------


def expect_answer(act: Act) -> None:
    """Say on which day the answer can be expected: its nation cannot read the trail, and so no clock."""
    reading = act.case.answering(act.entry)
    act.case.answer_expected_on = reading.due_on if reading else None


def write_request_lines(act: Act) -> None:
    """Make the lines of a request those its nation gives; a line that stays is the same row."""
    request, given = act.case, act.given["lines"]
    request.lines.filter(number__gt=len(given)).delete()
    models.RequestLine.objects.bulk_create(
        (
            models.RequestLine(request=request, nation_id=request.nation_id, number=number, **line)
            for number, line in enumerate(given, start=1)
        ),
        update_conflicts=True,
        unique_fields=["request", "number"],
        update_fields=["article", "description", "quantity", "remark"],
    )


def identify_lines(act: Act) -> None:
    for number, article in act.given["articles"].items():
        act.case.lines.filter(number=number).update(article=article)


def ask(side: str) -> Book:
    """A book: keep what a side asks. The request is locked by the step, so numbers do not collide."""

    def book(act: Act) -> None:
        request = act.case
        models.Question.objects.create(
            request=request,
            nation_id=request.nation_id,
            number=request.questions.count() + 1,
            asked_by=side,
            asker=act.by.actor_name,
            asked_at=timezone.now(),
            text=act.given["question"],
            due_on=act.given["due_on"],
        )

    return book


def answer(side: str) -> Book:
    """A book: keep the answer to a question of this side; each is answered once."""

    def book(act: Act) -> None:
        asked = act.case.questions.filter(number=act.given["number"], asked_by=side)
        question = asked.filter(answered_at=None).first()
        if question is None:
            raise NotOpen(_t("This question has been answered already. Look at the case again."))
        question.answer, question.answered_at = act.given["answer"], timezone.now()
        question.answerer = act.by.actor_name
        question.save(update_fields=["answer", "answered_at", "answerer"])

    return book


def note_reminder(act: Act) -> None:
    for question in act.case.questions.filter(reminded_at=None):
        if question.is_late:
            question.reminded_at = timezone.now()
            question.save(update_fields=["reminded_at"])


def copy_request(act: Act) -> None:
    """A draft with what the nation has said before; the letter, dates and answers are its own."""
    asked = {name: getattr(act.case, name) for name in act.case.copied}
    asked["answer_wanted"] = act.given["answer_wanted"]
    lines = [
        {
            "article": line.article,
            "description": line.description,
            "quantity": line.quantity,
            "remark": line.remark,
        }
        for line in act.case.lines.select_related("article")
    ]
    opened = begin_within(
        models.Request.draft,
        by=act.by,
        nation_id=act.case.nation_id,
        lines=lines,
        **asked,
        reference=act.given["reference"],
        reference_date=act.given["reference_date"],
    )
    act.opened.append(opened.case)


def hand_over_lines(act: Act) -> None:
    """The lines go on in another request, which may have moved on meanwhile: then nothing happens."""
    into = act.given["into"]
    try:
        take_within(into, "take_over", by=act.by, note=act.case.number, request=act.case)
    except NotOpen as no:
        raise NotOpen(f"{into.number}: {no}") from no


def take_over_lines(act: Act) -> None:
    """After one's own lines, in their order; each keeps what it says."""
    request, others = act.case, list(act.given["request"].lines.all())
    last = request.lines.aggregate(last=Max("number"))["last"] or 0
    if last + len(others) > MOST_LINES:
        raise NotOpen(_t("A request has at most %(most)s lines.") % {"most": MOST_LINES})
    models.RequestLine.objects.bulk_create(
        models.RequestLine(
            request=request,
            nation_id=request.nation_id,
            number=number,
            article_id=line.article_id,
            description=line.description,
            quantity=line.quantity,
            remark=line.remark,
        )
        for number, line in enumerate(others, start=last + 1)
    )


def open_transfer_review(act: Act) -> None:
    """A review of a snapshot: the officer decides on what was put to them."""
    _open_review(act, act.case, act.case.lines.select_related("article"))


def _open_review(act: Act, request: Any, lines: Iterable[Any]) -> None:
    """Of the case at hand, which is the request or rests on it."""
    case = act.case
    opened = begin_within(
        TransferReview.open,
        by=act.by,
        under=case,
        nation_id=case.nation_id,
        title=case.title,
        request_number=case.number,
        end_user=request.end_user,
        end_use=request.end_use,
    )
    ReviewLine.objects.bulk_create(
        ReviewLine(
            review=opened.case,
            nation_id=case.nation_id,
            number=line.number,
            name_ja=line.article.name_ja,
            name_en=line.article.name_en,
            item_class=line.article.item_class,
            quantity=line.quantity,
            unit=line.article.unit,
        )
        for line in lines
    )
    act.opened.append(opened.case)


def open_contract(act: Act) -> None:
    opened = begin_within(models.Contract.open, by=act.by, under=act.case, request=act.case)
    act.opened.append(opened.case)


def open_indication(act: Act) -> None:
    opened = begin_within(models.Indication.open, by=act.by, under=act.case, request=act.case)
    act.opened.append(opened.case)


def copy_lines_to_indicate(act: Act) -> None:
    indication = act.case
    models.IndicationLine.objects.bulk_create(
        models.IndicationLine(
            indication=indication,
            nation_id=indication.nation_id,
            number=line.number,
            article=line.article,
            quantity=line.quantity,
        )
        for line in indication.request.lines.select_related("article")
    )


def copy_request_lines(act: Act) -> None:
    contract = act.case
    models.ContractLine.objects.bulk_create(
        models.ContractLine(
            contract=contract,
            nation_id=contract.nation_id,
            number=line.number,
            article=line.article,
            quantity=line.quantity,
            months_from=line.article.lead_months,
            months_to=line.article.lead_months,
        )
        for line in contract.request.lines.select_related("article")
    )


# Contract → subcontract → quotes -------------------------------------------------------------


def open_subcontract(act: Act) -> None:
    opened = begin_within(
        models.Subcontract.open,
        by=act.by,
        under=act.case,
        contract=act.case,
        title=act.given["subject"],
        lines=act.given["lines"],
    )
    act.opened.append(opened.case)


def lines_being_bought(contract: Any) -> set[int]:
    """Numbers of the contract's lines that stand in a subcontract which goes on."""
    rows = models.SubcontractLine.objects.filter(contract_line__contract=contract)
    going_on = rows.exclude(subcontract__state__in=["cancelled", "terminated"])
    return set(going_on.values_list("contract_line__number", flat=True))


def copy_contract_lines(act: Act) -> None:
    """Each line is bought once. The contract is locked by the step that opens the subcontract."""
    if twice := lines_being_bought(act.case.contract) & set(act.given["lines"]):
        raise NotOpen(
            _t("Line %(lines)s is being bought already: see the subcontracts.")
            % {"lines": ", ".join(map(str, sorted(twice)))}
        )
    chosen = act.case.contract.lines.filter(number__in=act.given["lines"])
    models.SubcontractLine.objects.bulk_create(
        models.SubcontractLine(
            subcontract=act.case, contract_line=line, number=line.number, quantity=line.quantity
        )
        for line in chosen
    )


def invite(act: Act) -> None:
    """One invitation per contractor; each sees its own only."""
    for contractor in act.given["contractors"]:
        opened = begin_within(
            models.Quote.invite,
            by=act.by,
            under=act.case,
            subcontract=act.case,
            contractor=contractor,
        )
        act.opened.append(opened.case)


def quoted_amount(quote: Any, lines: dict[int, Decimal]) -> Decimal:
    """The sum of a quote: unit price times quantity, line by line."""
    quantities = dict(quote.lines.values_list("number", "quantity"))
    amounts = (pricing.rounded(p * quantities[n], quote.currency) for n, p in lines.items())
    return sum(amounts, Decimal(0))


def copy_asked_lines(act: Act) -> None:
    """A contractor is shown a copy of what is asked: the purchase itself is not its to see."""
    quote = act.case
    models.QuoteLine.objects.bulk_create(
        models.QuoteLine(
            quote=quote,
            line=line,
            contractor_id=quote.contractor_id,
            number=line.number,
            article=line.article,
            quantity=line.quantity,
        )
        for line in quote.subcontract.lines.select_related("contract_line__article")
    )


def write_quote_lines(act: Act) -> None:
    """Replace the prices of a quote with those just given."""
    lines = list(act.case.lines.all())
    for line in lines:
        line.unit_price = act.given["lines"].get(line.number)
    models.QuoteLine.objects.bulk_update(lines, ["unit_price"])


def keep_cost_estimates(act: Act) -> None:
    """Estimated again, the lines have their newest estimate; the trail knows what was given before."""
    purchase, today = act.case, timezone.localdate()
    models.CostEstimate.objects.filter(line__subcontract=purchase).delete()
    for line in purchase.lines.filter(number__in=act.given["lines"]):
        costs = act.given["lines"][line.number]
        estimate = models.CostEstimate(line=line, estimated_on=today, **costs)
        estimate.price = estimate.steps["price"]
        estimate.save()


def take_quote(act: Act) -> None:
    """The chosen quote is taken; one that was taken before and those submitted are set aside.

    Nobody is told yet: another may be taken until the order is placed.
    """
    chosen = act.given["quote"]
    others = act.case.quotes.exclude(pk=chosen.pk).filter(state__in=["submitted", "taken"])
    for quote in others.order_by("pk"):
        take_within(quote, "set_aside", by=act.by, note=act.case.number)
    if models.Quote.objects.get(pk=chosen.pk).state != "taken":
        take_within(chosen, "take_into_price", by=act.by, note=act.given["reason"])


def end_solicitation(act: Act) -> None:
    """A purchase that is given up leaves no quote open, and every contractor is told."""
    for quote in act.case.quotes.exclude(state="declined").locked().order_by("pk"):
        take_within(quote, "end", by=act.by, note=act.case.number)


def tell_the_others(act: Act) -> None:
    """The order is placed: who has quoted learns that another was chosen, who has not that it ended."""
    others = act.case.quotes.exclude(state__in=["taken", "declined"])
    for quote in others.locked().order_by("pk"):
        told = "end" if quote.state == "invited" else "pass_over"
        take_within(quote, told, by=act.by, note=act.case.number)


# Price ---------------------------------------------------------------------------------------


def quoted_prices(contract: Any) -> dict[int, Decimal]:
    """Contract line number → unit price of the quote taken for it."""
    rows = models.QuoteLine.objects.filter(
        quote__state="taken", line__contract_line__contract=contract
    ).exclude(line__subcontract__state__in=["cancelled", "terminated"])
    prices = rows.values_list("line__contract_line__number", "unit_price")
    return {number: price for number, price in prices if price is not None}


def stock_prices(contract: Any) -> dict[int, Decimal]:
    """Line number → price of the catalogue today, of lines that are supplied from stock."""
    lines = list(contract.supplied().filter(source__in=pricing.STOCK))
    if not lines:
        return {}
    rows = ArticlePrice.objects.on(timezone.localdate()).filter(
        article__in=[line.article_id for line in lines],
        basis=ArticlePrice.Basis.STOCK,
        currency=contract.currency,
    )
    known = {row.article_id: row.amount for row in rows.order_by("valid_from")}
    return {line.number: known[line.article_id] for line in lines if line.article_id in known}


def unit_prices(contract: Any) -> dict[int, Decimal]:
    """What each line costs a unit before anything is added: by its quote, or from stock."""
    bought, kept = contract.lines_to_buy(), stock_prices(contract)
    return {n: price for n, price in quoted_prices(contract).items() if n in bought} | kept


def quotes_run_out(contract: Any) -> list[str]:
    """Numbers of the quotes taken for a contract whose last day has passed."""
    taken = models.Quote.objects.filter(state="taken", subcontract__contract=contract)
    going_on = taken.exclude(subcontract__state__in=["cancelled", "terminated"])
    late = going_on.filter(valid_until__lt=timezone.localdate()).order_by("number")
    return list(late.values_list("number", flat=True))


def indicated(indication: Any, lines: Mapping[int, Mapping[str, Any]], on: date) -> pricing.Price:
    """What it costs roughly: line number → `unit_price` and more. Raises `NotOpen` where a rate is missing."""
    each = {number: line["unit_price"] for number, line in lines.items()}
    charges = nonrecurring(indication.lines.all(), indication.currency, on)
    return _priced(indication, each, on, charges=charges)


def _priced(
    case: Any,
    unit_prices: Mapping[int, Decimal],
    on: date,
    *,
    charges: Mapping[int, Decimal],
    waived: Iterable[str] = (),
) -> pricing.Price:
    lines = [
        pricing.Line(
            number=str(line.number),
            quantity=line.quantity,
            unit_base=unit_prices[line.number],
            source=pricing.Source(getattr(line, "source", pricing.Source.PROCUREMENT)),
            nonrecurring_unit=charges.get(line.number, pricing.NOTHING),
            waived=frozenset([*waived, *getattr(line, "waived", ())]),
        )
        for line in case.lines.all()
    ]
    return _by_own_rates(lines, case.currency, on)


def nonrecurring(lines: Iterable[Any], currency: str, on: date) -> dict[int, Decimal]:
    """Line number → what is charged for a unit of its article by the approval in force on a day, or nothing.

    Raises `NotOpen` where it is approved in another currency.
    """
    lines = list(lines)
    rows = NonrecurringCharge.objects.on(on).filter(article__in=[one.article_id for one in lines])
    known = {row.article_id: row for row in rows.order_by("valid_from")}
    found = {line.number: known[line.article_id] for line in lines if line.article_id in known}
    other = [str(number) for number, row in found.items() if row.currency != currency]
    if other:
        raise NotOpen(
            _t(
                "The nonrecurring charge of line %(lines)s is not approved in %(currency)s. "
                "Have it entered in the catalogue."
            )
            % {"lines": ", ".join(other), "currency": currency}
        )
    charges = {number: row.amount for number, row in found.items()}
    return {line.number: charges.get(line.number, pricing.NOTHING) for line in lines}


def _by_own_rates(lines: list[pricing.Line], currency: str, on: date) -> pricing.Price:
    try:
        return pricing.price(
            lines,
            currency=currency,
            rates=own_rates(),
            accepted_on=on,
            rounding=pricing.Rounding.AGENCY,
        )
    except NoRate as error:
        raise not_open(error) from error


def write_estimates(act: Act) -> None:
    indication, given = act.case, act.given["lines"]
    for line in indicated(indication, given, indication.priced_on).lines:
        estimate = given[int(line.number)]
        indication.lines.filter(number=line.number).update(amount=line.line_value, **estimate)


def price_offer(act: Act) -> None:
    """By quotes taken, prices of stock and the agency's rates of today; packing and freight are lines of their own.

    Raises `NotOpen` where a rate is missing.
    """
    contract, today = act.case, timezone.localdate()
    each = unit_prices(contract)
    charges = nonrecurring(contract.lines.all(), contract.currency, today)
    price = _priced(contract, each, today, charges=charges)
    contract.take_price(price)
    for line in price.lines:
        number = int(line.number)
        contract.lines.filter(number=number).update(
            unit_price=each[number],
            amount=line.line_value,
            rates_on=today,
            nonrecurring_unit=charges[number],
        )


def choose_kind(act: Act) -> None:
    """The lines are again those of the request: pieces or ceilings, they have to be priced anew."""
    contract, kind = act.case, act.given["kind_of_case"]
    contract.builds_on = _its_stock(contract, act.given["builds_on"])
    if kind != contract.kind_of_case:
        contract.kind_of_case = kind
        contract.forget_price()
        for line in contract.request.lines.all():
            contract.lines.filter(number=line.number).update(quantity=line.quantity)
        contract.lines.update(unit_price=None, amount=None, rates_on=None)


def _its_stock(contract: Any, number: str) -> Any:
    of_nation = models.Contract.objects.filter(nation=contract.nation_id)
    return of_nation.filter(number=number).first() if number else None


def set_ceilings(act: Act) -> None:
    """A ceiling is one piece of so much worth."""
    contract, given, today = act.case, act.given["ceilings"], timezone.localdate()
    contract.lines.update(quantity=1)
    price = _priced(contract, given, today, charges={})
    contract.take_price(price)
    for line in price.lines:
        contract.lines.filter(number=line.number).update(
            unit_price=given[int(line.number)], amount=line.line_value, rates_on=today
        )


def choose_notes(act: Act) -> None:
    act.case.chosen_notes = sorted(act.given["notes"])


def write_terms(act: Act) -> None:
    """A line that comes from elsewhere than before is priced again."""
    contract, given = act.case, act.given["terms"]
    for line in contract.lines.filter(number__in=given):
        if line.source != given[line.number]["source"]:
            contract.forget_price()
        contract.lines.filter(pk=line.pk).update(**given[line.number])
    if contract.total is None:
        contract.lines.update(unit_price=None, amount=None, rates_on=None)


# Contract → change → version -----------------------------------------------------------------


def open_change(act: Act) -> None:
    """What was answered, advised and decided stays with the change."""
    contract, given = act.case, act.given
    if (given["kind_of_change"] == "restatement") is bool(contract.accepted_at):
        raise NotOpen(
            _t("The contract has been signed meanwhile, or not yet. Choose the paper again.")
        )
    opened = begin_within(
        models.Change.open,
        by=act.by,
        under=contract,
        contract=contract,
        kind_of_change=given["kind_of_change"],
        purpose=given["purpose"],
        advice={
            "major_equipment": given["major_equipment"],
            "purpose_changes": given["purpose_changes"],
            "nation_must_agree": given["nation_must_agree"],
            "paper": advised(contract, given).paper,
            "departure": given["departure"],
        },
    )
    act.opened.append(opened.case)


def advised(contract: Any, given: Mapping[str, Any]) -> adviser.Advice:
    """What follows from the answers to the questions of a change."""
    answers = adviser.Answers(
        is_signed=contract.accepted_at is not None,
        major_equipment=given["major_equipment"],
        purpose_changes=given["purpose_changes"],
        nation_must_agree=given["nation_must_agree"],
    )
    return adviser.advise(answers)


def write_change_lines(act: Act) -> None:
    """The lines that change, priced with those that stay: each by the rates of its own day.

    What is added is priced by today's rates; a line that was there keeps the day of its rates.
    """
    change, today = act.case, timezone.localdate()
    there = {line.number: line for line in change.contract.lines.filter(under=None)}
    drafted = {line.number: line for line in change.lines.all()}
    last = change.contract.lines.aggregate(last=Max("number"))["last"] or 0
    named = {given["number"] for given in act.given["lines"] if given["number"]}
    new_numbers = count(max({last, *there, *named}) + 1)
    change.lines.all().delete()
    for given in act.given["lines"]:
        number = given["number"] or next(new_numbers)
        was = drafted.pop(number, None) or there.get(number)
        change.lines.create(
            number=number,
            article=given["article"],
            quantity=given["quantity"],
            unit_price=given["unit_price"],
            amount=given["unit_price"] * given["quantity"],
            rates_on=there[number].rates_on if number in there else today,
            basis=given["basis"],
            **(was.terms if was else {}),
        )
    for number, line in drafted.items():
        if number in there:
            _keep_terms(change, there[number], line.terms)
    if not change.contract.asks.by_worth:
        _charge(change.lines.exclude(number__in=there), change.currency, today)
    _price_change(change, today)


def _charge(lines: Any, currency: str, on: date) -> None:
    """Lines that are new bear the nonrecurring charge of their day."""
    charges = nonrecurring(lines, currency, on)
    for number, charge in charges.items():
        lines.filter(number=number).update(nonrecurring_unit=charge)


def write_change_terms(act: Act) -> None:
    change = act.case
    drafted = {line.number: line for line in change.lines.all()}
    there = {line.number: line for line in change.contract.lines.all()}
    for number, terms in act.given["terms"].items():
        if number in drafted:
            change.lines.filter(number=number).update(**terms)
        else:
            _keep_terms(change, there[number], terms)
    if change.lines.exists():
        _price_change(change, timezone.localdate())


def _keep_terms(change: Any, line: Any, terms: Mapping[str, Any]) -> None:
    """A line that is as it was but for its terms; nothing where those are the same, too."""
    if terms == line.terms:
        return
    change.lines.create(
        number=line.number,
        article_id=line.article_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        rates_on=line.rates_on,
        **terms,
    )


def _price_change(change: Any, today: date) -> None:
    """Whole again, since a top-up to the least charge belongs to no line."""
    after = [line for line in change.lines_after() if line.quantity]
    price = _by_own_rates(_as_agreed(after), change.currency, today)
    for line in price.lines:
        change.lines.filter(number=line.number).update(amount=line.line_value)
    percents = {rate_on(Rate.Code.ADMINISTRATION, line.rates_on) for line in after}
    change.net, change.priced_on = price.net, today
    change.total = price.total + change.termination_cost
    change.administrative_percent = percents.pop() if len(percents) == 1 else None
    change.administrative_charge = price.administration + price.minimum_top_up
    change.deposit = (
        change.contract.deposit
        if change.contract.accepted_at
        else first_deposit(price.total, change.currency, today)
    )


def _as_agreed(
    lines: Iterable[Any], waived: Mapping[int, Iterable[str]] | None = None
) -> list[pricing.Line]:
    """Lines that have their unit price, each to be priced by the rates of its own day."""
    lines, waived = list(lines), waived or {}
    approvals = _approvals_of_charges(lines)
    return [
        pricing.Line(
            number=str(line.number),
            quantity=line.quantity,
            unit_base=line.unit_price,
            source=pricing.Source(line.source),
            nonrecurring_unit=line.nonrecurring_unit,
            nonrecurring_source=approvals.get(line.number, ""),
            waived=frozenset(waived.get(line.number, line.waived)),
            accepted_on=line.rates_on,
        )
        for line in lines
    ]


def _approvals_of_charges(lines: Sequence[Any]) -> dict[int, str]:
    """Line number → the decision by which its nonrecurring charge was approved."""
    bearing = [line for line in lines if line.nonrecurring_unit]
    rows = NonrecurringCharge.objects.filter(article__in=[line.article_id for line in bearing])
    charges = list(rows) if bearing else []
    return {
        line.number: f"{charge.approval}; {charge.source}"
        for line in bearing
        for charge in charges
        if charge.article_id == line.article_id and charge.counts_on(line.rates_on)
    }


def explained(case: Any) -> pricing.Price:
    """The price of a contract or a change once more, from what it was made of, with every reason.

    Raises `NotOpen` where a rate of that day is no longer there.
    """
    return repriced(case, {})


def repriced(case: Any, waived: Mapping[int, Iterable[str]]) -> pricing.Price:
    """The same, had other charges been waived: line number → all that are."""
    lines = case.lines_after() if hasattr(case, "lines_after") else case.lines.filter(under=None)
    there = [line for line in lines if line.quantity]
    return _by_own_rates(_as_agreed(there, waived), case.currency, case.priced_on)


def first_deposit(total: Decimal, currency: str, on: date) -> Decimal:
    """What is paid in with the signature."""
    return pricing.rounded(total * rate_on(Rate.Code.DEPOSIT, on) / 100, currency)


def open_review_of_change(act: Act) -> None:
    """Of the contract as it is to be: what is added is looked at beside what was cleared."""
    change = act.case
    there = [line for line in change.lines_after() if line.quantity]
    _open_review(act, change.contract.request, there)


def open_review_of_requisition(act: Act) -> None:
    _open_review(act, act.case.contract.request, act.case.lines.select_related("article"))


def send_change(act: Act) -> None:
    """An amendment waits for a signature; the others are in effect with being sent."""
    if act.case.in_effect_at:
        put_in_effect(act)


def put_in_effect(act: Act) -> None:
    change = act.case
    name = "take_change_in" if change.contract.accepted_at else "offer_anew"
    take_within(change.contract, name, by=act.by, note=change.code, change=change)


def take_lines_of_change(act: Act) -> None:
    contract, change = act.case, act.given["change"]
    for line in change.lines.all():
        contract.lines.update_or_create(
            number=line.number,
            defaults={
                "nation_id": contract.nation_id,
                "article": line.article,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "amount": line.amount,
                "rates_on": line.rates_on,
                **line.terms,
            },
        )


def promise_delivery(act: Act) -> None:
    """Keep the last day on which anything is promised; none where no line says when."""
    act.case.deliver_by = promised(act.case)


def keep_version(act: Act) -> None:
    """What the contract says from now on, kept as it was put to the nation."""
    contract, change = act.case, act.given.get("change")
    models.Version.objects.create(
        contract=contract,
        code=change.code if change else models.version.BASIC,
        content=values.plain(content.of_contract(contract)),
    )


# Requisitions --------------------------------------------------------------------------------


def open_requisition(act: Act) -> None:
    contract, given = act.case, act.given
    opened = begin_within(
        models.Requisition.order,
        by=act.by,
        under=contract,
        contract=contract,
        under_line=int(given["under"]),
        lines=given["lines"],
        reference=given["reference"],
        needed_by=given["needed_by"],
    )
    act.opened.append(opened.case)


def write_requisition_lines(act: Act) -> None:
    requisition = act.case
    models.RequisitionLine.objects.bulk_create(
        models.RequisitionLine(
            requisition=requisition,
            nation_id=requisition.nation_id,
            number=number,
            article=line["article"],
            quantity=line["quantity"],
            remark=line["remark"],
        )
        for number, line in enumerate(act.given["lines"], start=1)
    )


def price_requisition(act: Act) -> None:
    """By the rates of the day on which its ceiling was agreed."""
    requisition, given = act.case, act.given["lines"]
    ceiling = requisition.ceiling()
    charges = nonrecurring(requisition.lines.all(), requisition.currency, ceiling.rates_on)
    price = _priced(requisition, given, ceiling.rates_on, charges=charges, waived=ceiling.waived)
    requisition.worth = price.net
    for line in price.lines:
        requisition.lines.filter(number=line.number).update(
            unit_price=given[int(line.number)], amount=line.line_value
        )


def put_on_order(act: Act) -> None:
    """The contract is locked by its own step: two requisitions never pass a ceiling together."""
    requisition = act.case
    take_within(
        requisition.contract,
        "take_requisition_in",
        by=act.by,
        note=requisition.number,
        requisition=requisition,
    )


def take_requisition_in(act: Act) -> None:
    contract, requisition = act.case, act.given["requisition"]
    ceiling = contract.lines.get(number=requisition.under)
    if why := requisition.exceeds(ceiling):
        raise NotOpen(why)
    contract.lines.filter(pk=ceiling.pk).update(drawn=F("drawn") + requisition.worth)
    last = contract.lines.aggregate(last=Max("number"))["last"]
    charges = nonrecurring(requisition.lines.all(), contract.currency, ceiling.rates_on)
    models.ContractLine.objects.bulk_create(
        models.ContractLine(
            contract=contract,
            nation_id=contract.nation_id,
            number=number,
            under=ceiling.number,
            article_id=line.article_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            rates_on=ceiling.rates_on,
            **ceiling.terms
            | {"note": requisition.number, "nonrecurring_unit": charges[line.number]},
        )
        for number, line in enumerate(requisition.lines.all(), start=last + 1)
    )


# Contract → shipment, bill -------------------------------------------------------------------


def lines_to_inspect(contract: Any) -> set[int]:
    """Numbers of the lines whose goods have not been accepted by inspection.

    Goods are inspected before they leave; a service is performed first and inspected afterwards.
    What comes from stock was accepted when it was taken in.
    """
    bought = contract.supplied().exclude(source__in=pricing.STOCK)
    goods = bought.filter(article__kind__in=Article.GOODS)
    accepted = models.SubcontractLine.objects.filter(subcontract__accepted_on__isnull=False)
    open_lines = goods.exclude(pk__in=accepted.values("contract_line"))
    return set(open_lines.values_list("number", flat=True))


def not_inspected(contract: Any, lines: Iterable[int]) -> str:
    """Why some of the lines may not leave yet, or ""."""
    numbers = sorted(lines_to_inspect(contract) & set(lines))
    if not numbers:
        return ""
    return _t("Line %(lines)s has not been inspected. Accept its delivery first.") % {
        "lines": ", ".join(map(str, numbers))
    }


def _more_than_left(contract: Any, quantities: dict[int, int]) -> str:
    packed = packed_quantities(contract.number)
    for line in contract.lines.filter(number__in=quantities):
        left = line.quantity - packed.get(line.number, 0)
        if quantities[line.number] > left:
            return _t("Line %(row)s: only %(left)s left to ship.") % {
                "row": line.number,
                "left": left,
            }
    return ""


def pack_shipment(act: Act) -> None:
    """What leaves at once. The contract is locked by the step, so nothing is packed twice."""
    contract, quantities = act.case, act.given["lines"]
    if why := not_inspected(contract, quantities) or _more_than_left(contract, quantities):
        raise NotOpen(why)
    opened = begin_within(
        Shipment.pack,
        by=act.by,
        under=act.case,
        nation_id=contract.nation_id,
        title=contract.title,
        contract_number=contract.number,
        request_number=contract.request.number,
        mode=act.given["mode"],
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(
            shipment=opened.case,
            nation_id=contract.nation_id,
            number=line.number,
            name_ja=line.article.name_ja,
            name_en=line.article.name_en,
            quantity=quantities[line.number],
            unit=line.article.unit,
        )
        for line in contract.lines.select_related("article").filter(number__in=quantities)
    )
    act.opened.append(opened.case)


def hold_shipments(act: Act) -> None:
    """What is packed stays; what has left cannot be called back."""
    for shipment in _packed(act.case):
        take_within(shipment, "hold", by=act.by, note=act.case.number)


def let_shipments_go(act: Act) -> None:
    for shipment in _packed(act.case):
        take_within(shipment, "let_go", by=act.by, note=act.case.number)


def _packed(contract: Any) -> Any:
    shipments = Shipment.objects.filter(contract_number=contract.number, state="packed")
    return shipments.locked().order_by("pk")


def draft_bill(act: Act) -> None:
    """The deposit that is left is set against the bill. Where nothing is owed no bill is made."""
    contract, amount = act.case, act.given["amount"]
    if why := contract.cannot_bill(amount):
        raise NotOpen(why)
    opened = begin_within(
        models.Bill.draft,
        by=act.by,
        under=act.case,
        contract=contract,
        amount=amount,
        from_deposit=min(amount, contract.deposit_left()),
        due_on=act.given["due_on"],
    )
    act.opened.append(opened.case)
