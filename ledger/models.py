"""Accounts, journals, postings.

A posting carries the debit and the credit account: it balances by construction. Nothing is changed
or deleted; a mistake is reversed by another journal.
"""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.money import amount_of
from partners.models import Nation
from workflow import walls


class Account(models.Model):
    class Code(models.TextChoices):
        BANK = "bank", _("bank, money held for the nation")
        DEPOSITS = "deposits", _("deposits of the nation")
        RECEIVABLE = "receivable", _("bills not yet paid")
        SALES = "sales", _("sales to the nation")
        ADMINISTRATION = "administration", _("administrative charge")
        COST = "cost", _("purchases from industry")
        PAYABLE = "payable", _("owed to industry")

    nation = models.ForeignKey(Nation, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(_("account"), max_length=20, choices=Code)
    currency = models.CharField(_("currency"), max_length=3)

    wall = walls.agency()

    class Meta:
        ordering = ["nation", "code", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["nation", "code", "currency"], name="ledger_account_once"
            ),
            models.UniqueConstraint(
                fields=["id", "currency", "nation"], name="ledger_account_composite"
            ),
            models.CheckConstraint(
                condition=Q(
                    code__in=[
                        "bank",
                        "deposits",
                        "receivable",
                        "sales",
                        "administration",
                        "cost",
                        "payable",
                    ]
                ),
                name="ledger_account_known_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nation_id} {self.code} {self.currency}"


class Journal(models.Model):
    """One business event in the books. `occasion` names it once, so it cannot be booked twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nation = models.ForeignKey(Nation, on_delete=models.PROTECT, related_name="journals")
    occasion = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("case"), max_length=32)
    posted_on = models.DateField(_("day"))
    booked_at = models.DateTimeField(auto_now_add=True)
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    made_by = models.CharField(_("by"), max_length=200)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["booked_at"]
        indexes = [models.Index(fields=["subject"], name="ledger_journal_subject")]
        constraints = [
            models.UniqueConstraint(fields=["id", "nation"], name="ledger_journal_composite")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind}"


class Posting(models.Model):
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="postings")
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    nation = models.ForeignKey(Nation, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField()

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="ledger_posting_positive"),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="ledger_posting_two_accounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit.code} ← {self.credit.code} {self.amount} {self.currency}"

    @property
    def amount(self) -> Decimal:
        return amount_of(self.units, self.currency)
