import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("partners", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("bank", "bank, money held for the nation"),
                            ("deposits", "deposits of the nation"),
                            ("receivable", "bills not yet paid"),
                            ("sales", "sales to the nation"),
                            ("administration", "administrative charge"),
                            ("cost", "purchases from industry"),
                            ("payable", "owed to industry"),
                        ],
                        max_length=20,
                        verbose_name="account",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="partners.nation",
                    ),
                ),
            ],
            options={
                "ordering": ["nation", "code", "currency"],
            },
        ),
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occasion", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("subject", models.CharField(max_length=32, verbose_name="case")),
                ("posted_on", models.DateField(verbose_name="day")),
                ("booked_at", models.DateTimeField(auto_now_add=True)),
                ("memo", models.CharField(blank=True, max_length=200, verbose_name="memo")),
                ("made_by", models.CharField(max_length=200, verbose_name="by")),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journals",
                        to="partners.nation",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "ordering": ["booked_at"],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("units", models.BigIntegerField()),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="ledger.account",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debits",
                        to="ledger.account",
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.journal",
                    ),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.nation",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("nation", "code", "currency"), name="ledger_account_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("id", "currency", "nation"), name="ledger_account_composite"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__in",
                        [
                            "bank",
                            "deposits",
                            "receivable",
                            "sales",
                            "administration",
                            "cost",
                            "payable",
                        ],
                    )
                ),
                name="ledger_account_known_code",
            ),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(fields=["subject"], name="ledger_journal_subject"),
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.UniqueConstraint(
                fields=("id", "nation"), name="ledger_journal_composite"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("units__gt", 0)), name="ledger_posting_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit", models.F("credit")), _negated=True),
                name="ledger_posting_two_accounts",
            ),
        ),
    ]
