"""A change of a contract: an amendment, which the nation signs, a modification, or an offer restated.

What the nation has before it never shows what is being drafted: a change keeps its own lines until
it is in effect, and only then do they become the contract's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from approvals import files
from cases import actions, deadlines, notices, papers, rules
from cases.matters import AMENDMENT
from cases.models.contract import Contract, ContractLine, offer_is_over, offer_is_valid
from cases.models.priced import (
    PricedCase,
    PricedLine,
    adds_up,
    part_of_another,
    priced_whole,
    runs_forward,
)
from exports.models import TransferReview
from exports.models.shipment import packed_quantities
from ledger.money import written
from partners.models import NationCaseQuerySet
from workflow import handling, walls
from workflow.rights import by_system
from workflow.steps import beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    UNDER_APPROVAL = "under_approval", _("under approval")
    OFFERED = "offered", _("offered")
    ISSUED = "issued", _("issued, to be acknowledged")
    IN_EFFECT = "in_effect", _("in effect")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = [State.DRAFT, State.UNDER_APPROVAL, State.OFFERED]  # `CHANGE_IS_OPEN` of contracts


class Kind(models.TextChoices):
    AMENDMENT = "amendment", _("amendment")
    MODIFICATION = "modification", _("modification")
    RESTATEMENT = "restatement", _("restatement")


LETTER = {Kind.AMENDMENT: "A", Kind.MODIFICATION: "M", Kind.RESTATEMENT: "R"}


# Guards --------------------------------------------------------------------------------------


def says_what_changes(change: Change) -> str:
    """At least one line changes, and the contract has a price with it."""
    if change.total is not None:
        return ""
    return _t("Nothing changes yet. Write down what the lines are to be.")


def fits_what_has_happened(change: Change) -> str:
    """No line goes below what has left, and no price below what has been billed."""
    packed = packed_quantities(change.contract.number)
    for line in change.lines.all():
        if line.quantity < packed.get(line.number, 0):
            return _t(
                "Line %(row)s: %(packed)s have been packed already. Give at least as many."
            ) % {
                "row": line.number,
                "packed": packed[line.number],
            }
    for after in change.lines_after():
        if after.drawn > (after.amount or 0):
            return _t(
                "Line %(row)s: %(drawn)s have been ordered already. Give at least as much."
            ) % {"row": after.number, "drawn": written(after.drawn, change.currency)}
    billed = change.contract.billed()
    if (change.total or 0) >= billed:
        return ""
    return _t("%(billed)s have been billed already. The price cannot be less.") % {
        "billed": written(billed, change.currency)
    }


def transfer_covers_it(change: Change) -> str:
    """What is added may leave: a cleared review of the request, or of this change, covers it."""
    today, cleared = timezone.localdate(), TransferReview.objects
    reviews = cleared.clearing(change.contract.request.number, today) | cleared.clearing(
        change.number, today
    )
    covered = {
        (number, name): quantity
        for number, name, quantity in reviews.values_list(
            "lines__number", "lines__name_en", "lines__quantity"
        )
    }
    missing = [
        str(line.number)
        for line in change.lines_after()
        if line.quantity > covered.get((line.number, line.article.name_en), 0)
    ]
    if not missing:
        return ""
    return _t("No valid transfer clearance covers line %(lines)s. Open a transfer review.") % {
        "lines": ", ".join(missing)
    }


def transfer_is_not_covered(change: Change) -> str:
    """A line of the change is covered by no clearance, and no review of it goes on."""
    live = TransferReview.objects.filter(request_number=change.number)
    if live.exclude(state__in=["refused", "expired"]).exists():
        return _t("A transfer review has been opened already.")
    if transfer_covers_it(change):
        return ""
    return _t("The transfer clearance covers every line already.")


class ChangeQuerySet(NationCaseQuerySet):
    def shown_to_nation(self) -> Self:
        """A nation sees a change from the moment it is sent."""
        return self.filter(sent_at__isnull=False)


class Change(PricedCase):
    number_letter = "V"

    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="changes", verbose_name=_("contract")
    )
    kind_of_change = models.CharField(_("kind"), max_length=20, choices=Kind)
    code = models.CharField(_("version"), max_length=6)
    purpose = models.TextField(_("purpose of the change"))
    advice = models.JSONField(_("advice"), default=dict)
    sent_at = models.DateTimeField(_("sent"), null=True)
    expires_on = models.DateField(_("open until"), null=True)
    signed_by = models.CharField(_("signed by"), max_length=200, blank=True)
    in_effect_at = models.DateTimeField(_("in effect"), null=True)
    shown_to = models.GeneratedField(
        expression=models.Case(models.When(sent_at__isnull=False, then=models.F("nation"))),
        output_field=models.CharField(max_length=2, null=True),
        db_persist=True,
    )

    objects = ChangeQuerySet.as_manager()

    matters = (AMENDMENT,)

    wall = walls.of_nation("shown_to", search=True, names="contract__lines__article")

    class Meta:
        verbose_name = _("change of a contract")
        verbose_name_plural = _("changes of contracts")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_change_known_state"
            ),
            models.CheckConstraint(
                condition=Q(kind_of_change__in=Kind.values), name="cases_change_known_kind"
            ),
            handling.known("cases_change"),
            adds_up("cases_change_adds_up"),
            models.UniqueConstraint(fields=["contract", "code"], name="cases_change_code_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(state__in=OPEN), name="cases_change_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(sent_at__isnull=False, expires_on__isnull=False),
                name="cases_change_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_effect") | Q(in_effect_at__isnull=False),
                name="cases_change_in_effect_is_dated",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Open a change"), may=rules.case_manager)
    def open(
        cls, *, contract: Contract, kind_of_change: str, purpose: str, advice: dict[str, Any]
    ) -> Any:
        """Begin to draft what is to change in a contract."""
        letter = LETTER[Kind(kind_of_change)]
        before = contract.changes.filter(kind_of_change=kind_of_change).count()
        return cls(  # type: ignore[operator]
            contract=contract,
            nation_id=contract.nation_id,
            title=contract.title,
            currency=contract.currency,
            chosen_notes=contract.chosen_notes,
            termination_cost=contract.termination_cost,
            kind_of_change=kind_of_change,
            code=f"{letter}{before + 1}",
            purpose=purpose,
            advice=advice,
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=State.DRAFT,
        label=_("Write what changes"),
        may=rules.case_manager,
        books=[actions.write_change_lines],
        duty="offer:draft",
    )
    def write(
        self, *, lines: list[dict[str, Any]], termination_cost: Decimal | None, purpose: str
    ) -> None:
        """Give the lines as they are to be; the whole contract is priced anew with them.

        What is cancelled may have cost something already: the nation pays it beside what is left.
        """
        self.purpose = purpose
        self.termination_cost = self.contract.termination_cost + (termination_cost or 0)

    @step(
        state,
        source=State.DRAFT,
        label=_("Write the terms of the lines"),
        awaited=False,
        may=rules.case_manager,
        books=[actions.write_change_terms],
        duty="offer:draft",
    )
    def write_terms(self, *, terms: dict[int, dict[str, Any]]) -> None:
        """Say from where, when, how far and on what terms each line is to be supplied."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Choose the notes"),
        awaited=False,
        may=rules.case_manager,
        books=[actions.choose_notes],
        duty="offer:draft",
    )
    def choose_notes(self, *, notes: list[str]) -> None:
        """Choose from the library what stands on the paper beside the notes that always do."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Open a transfer review"),
        awaited=False,
        may=rules.export_control,
        when=[says_what_changes, transfer_is_not_covered],
        books=[actions.open_review_of_change],
    )
    def open_transfer_review(self) -> None:
        """Begin to examine whether what is added may be transferred."""

    @step(
        state,
        source=State.DRAFT,
        target=State.UNDER_APPROVAL,
        label=_("Put to approval"),
        may=rules.case_manager,
        when=[
            says_what_changes,
            fits_what_has_happened,
            transfer_covers_it,
            files.has_route(AMENDMENT),
        ],
        then=[files.drafts(AMENDMENT)],
        duty="offer:draft",
    )
    def put_to_approval(self) -> None:
        """Have an approval file drafted; its way follows the whole value of the contract."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.DRAFT,
        label=_("Take back to the drafter"),
        may=by_system,
    )
    def take_back(self) -> None:
        """Its approval file has come back: the change can be worked on again."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=[State.OFFERED, State.ISSUED, State.IN_EFFECT],
        label=_("Send the change"),
        may=rules.releaser,
        when=[fits_what_has_happened, transfer_covers_it, files.approved(AMENDMENT)],
        books=[
            actions.send_change,
            files.issues(AMENDMENT, to=lambda change: str(change.nation.formal_ja)),
        ],
        then=[papers.change, notices.change_sent, deadlines.offer_expiry],
        confirm=True,
        duty="offer:release",
        signs=True,
    )
    def send(self, *, expires_on: date | None) -> str:
        """An amendment waits for the nation's signature; a modification or a restated offer counts at once."""
        self.expires_on, self.sent_at = expires_on, timezone.now()
        if self.kind_of_change == Kind.AMENDMENT:
            return State.OFFERED
        self.in_effect_at = self.sent_at
        return State.ISSUED if self.kind_of_change == Kind.MODIFICATION else State.IN_EFFECT

    @step(
        state,
        source=State.OFFERED,
        target=State.IN_EFFECT,
        label=_("Sign the amendment"),
        may=rules.signatory,
        when=[offer_is_valid, fits_what_has_happened],
        books=[actions.put_in_effect],
        then=[notices.change_signed],
        confirm=True,
        duty="offer:accept",
        signs=True,
    )
    def sign(self, *, signed_by: str) -> None:
        """Sign the amendment for your government; from now on the contract says what it says."""
        self.signed_by, self.in_effect_at = signed_by, timezone.now()

    @step(
        state,
        source=State.ISSUED,
        target=State.IN_EFFECT,
        label=_("Acknowledge the modification"),
        may=rules.acknowledger,
        then=[notices.change_acknowledged],
    )
    def acknowledge(self) -> None:
        """Confirm that your government has received the modification, which is in effect already."""

    @step(
        state,
        source=State.OFFERED,
        label=_("Extend the offer"),
        awaited=False,
        may=rules.case_manager,
        when=[offer_is_valid, transfer_covers_it],
        then=[notices.change_extended, deadlines.offer_expiry],
        signs=True,
    )
    def extend(self, *, expires_on: date) -> None:
        """Give the nation more time to sign, at the same price."""
        self.expires_on = expires_on

    @step(
        state,
        source=State.OFFERED,
        target=State.DRAFT,
        label=_("Restate"),
        awaited=False,
        may=rules.case_manager,
        when=[offer_is_valid],
        then=[notices.change_withdrawn],
        confirm=True,
        signs=True,
    )
    def restate(self, *, reason: str) -> None:
        """Take an amendment back that nobody has signed, to draft it anew under the same number."""
        self.sent_at = self.expires_on = None

    @step(
        state,
        source=State.OFFERED,
        target=State.DECLINED,
        label=_("Decline the amendment"),
        may=rules.signatory,
        then=[notices.change_declined],
        confirm=True,
        signs=True,
    )
    def decline(self, *, reason: str) -> None:
        """Decline the amendment for your government; the contract stays as it is."""

    @step(
        state,
        source=State.OFFERED,
        target=State.LAPSED,
        label=_("Lapse"),
        may=by_system,
        when=[offer_is_over],
        then=[notices.change_lapsed],
    )
    def lapse(self) -> None:
        """The last day has passed without a signature; the contract stays as it is."""

    @step(
        state,
        source=OPEN,
        target=State.WITHDRAWN,
        label=_("Withdraw the change"),
        may=rules.case_manager,
        then=[files.ends(AMENDMENT), notices.change_withdrawn],
        confirm=True,
    )
    def withdraw(self, *, reason: str) -> None:
        """Give the change up; the contract stays as it is and the number is not used again."""

    # Facts -----------------------------------------------------------------------------------

    @property
    def is_growth(self) -> bool:
        """Whether the scope grows, or nobody has signed yet: then it is approved as an offer is."""
        return self.kind_of_change == Kind.RESTATEMENT or bool(
            self.advice.get("purpose_changes") or self.advice.get("major_equipment")
        )

    def lines_after(self) -> list[ContractLine]:
        """Every line as it is to be, by number; those of the change are not the contract's yet."""
        agreed = self.contract.lines.filter(under=None).select_related("article")
        rows = {line.number: line for line in agreed}
        for line in self.lines.select_related("article"):
            rows[line.number] = ContractLine(
                contract=self.contract,
                nation_id=self.nation_id,
                number=line.number,
                article=line.article,
                quantity=line.quantity,
                unit_price=line.unit_price,
                amount=line.amount,
                rates_on=line.rates_on,
                drawn=rows[line.number].drawn if line.number in rows else 0,
                **line.terms,
            )
        return [rows[number] for number in sorted(rows)]


class ChangeLine(PricedLine):
    """A line as it is to be, whether the contract has it already or not."""

    belongs_to = "change"

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="lines")
    basis = models.CharField(_("where the price comes from"), max_length=200, blank=True)

    wall = walls.of_nation()

    class Meta(PricedLine.Meta):
        constraints = [
            models.UniqueConstraint(fields=["change", "number"], name="cases_changeline_once"),
            priced_whole("cases_changeline_priced_whole"),
            part_of_another("cases_changeline_part_of_another"),
            runs_forward("cases_changeline_runs_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.change}-{self.number:02d}"
