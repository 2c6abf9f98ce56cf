"""Kinds of case, and requisitions against the ceilings of blanket orders."""

import django.db.models.deletion
import django_fsm
import uuid
import workflow.handling
from decimal import Decimal
from django.db import migrations, models


BUILD = """
ALTER TABLE cases_requisition ADD CONSTRAINT cases_requisition_owned UNIQUE (id, nation_id);
ALTER TABLE cases_requisition ADD CONSTRAINT cases_requisition_same_owner FOREIGN KEY (contract_id, nation_id)
    REFERENCES cases_contract (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE cases_requisitionline ADD CONSTRAINT cases_requisitionline_same_owner
    FOREIGN KEY (requisition_id, nation_id)
    REFERENCES cases_requisition (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE cases_contract ADD CONSTRAINT cases_contract_same_owner_below FOREIGN KEY (builds_on_id, nation_id)
    REFERENCES cases_contract (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX cases_requisition_bigrams ON cases_requisition USING gin (fms_bigrams(number, title));
"""
TEAR_DOWN = """
DROP INDEX cases_requisition_bigrams;
ALTER TABLE cases_contract DROP CONSTRAINT cases_contract_same_owner_below;
ALTER TABLE cases_requisitionline DROP CONSTRAINT cases_requisitionline_same_owner;
ALTER TABLE cases_requisition DROP CONSTRAINT cases_requisition_same_owner;
ALTER TABLE cases_requisition DROP CONSTRAINT cases_requisition_owned;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_terms_of_lines"),
        ("industry", "0006_codes_of_lines"),
        ("partners", "0010_changes_have_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Requisition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        editable=False, max_length=32, unique=True, verbose_name="number"
                    ),
                ),
                ("opened_at", models.DateTimeField(auto_now_add=True, verbose_name="opened")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="last change")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("deal_id", models.UUIDField(db_index=True, editable=False, verbose_name="deal")),
                (
                    "handling",
                    models.CharField(
                        choices=[
                            ("confidentiality_1", "Confidentiality 1: may be published"),
                            ("confidentiality_2", "Confidentiality 2: for official use"),
                            ("handle_with_care", "Handle with care: named readers"),
                            ("company_confidential", "Company confidential: named readers"),
                            ("protected", "Protected information"),
                            ("confidentiality_3", "Confidentiality 3"),
                            ("economic_security", "Important economic-security information"),
                            ("foreign_classified", "Classified by a foreign government"),
                            ("secret", "Secret (ministry)"),
                            ("equipment_secret", "Defence-equipment secret"),
                            ("special_defence_secret", "Special defence secret"),
                            ("designated_secret", "Specially designated secret"),
                        ],
                        default=workflow.handling.usual,
                        editable=False,
                        max_length=30,
                        verbose_name="handling label",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("submitted", "submitted"),
                            ("priced", "priced"),
                            ("accepted", "accepted"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="submitted",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("under", models.PositiveSmallIntegerField(verbose_name="under line")),
                ("reference", models.CharField(max_length=100, verbose_name="own reference")),
                ("needed_by", models.DateField(null=True, verbose_name="needed by")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "worth",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="worth"
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="where the price comes from"
                    ),
                ),
            ],
            options={
                "verbose_name": "requisition",
                "verbose_name_plural": "requisitions",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="RequisitionLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="line")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="unit price"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="amount"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.AddField(
            model_name="contract",
            name="builds_on",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="built_on_it",
                to="cases.contract",
                verbose_name="builds on",
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="kind_of_case",
            field=models.CharField(
                choices=[
                    ("defined_order", "defined order"),
                    ("blanket_order", "blanket order"),
                    ("support_stock", "sustainment arrangement, part I: stock"),
                    ("support_draws", "sustainment arrangement, part II: requisitions"),
                    ("training", "training"),
                    ("lease", "lease"),
                    ("grant", "grant"),
                ],
                db_default="defined_order",
                default="defined_order",
                max_length=20,
                verbose_name="kind of case",
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="returned_on",
            field=models.DateField(null=True, verbose_name="came back"),
        ),
        migrations.AddField(
            model_name="contractline",
            name="drawn",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=Decimal(0),
                max_digits=18,
                verbose_name="drawn",
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="under",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="under line"),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind_of_case__in",
                        [
                            "defined_order",
                            "blanket_order",
                            "support_stock",
                            "support_draws",
                            "training",
                            "lease",
                            "grant",
                        ],
                    )
                ),
                name="cases_contract_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("builds_on", models.F("id")), _negated=True),
                name="cases_contract_builds_on_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("drawn", 0),
                    models.Q(
                        ("amount__isnull", False),
                        ("drawn__gt", 0),
                        ("drawn__lte", models.F("amount")),
                        ("under", None),
                    ),
                    _connector="OR",
                ),
                name="cases_contractline_within_ceiling",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("under", None),
                    models.Q(("under", models.F("number")), _negated=True),
                    _connector="OR",
                ),
                name="cases_contractline_under_another",
            ),
        ),
        migrations.AddField(
            model_name="requisition",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requisitions",
                to="cases.contract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="requisition",
            name="nation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="partners.nation",
                verbose_name="nation",
            ),
        ),
        migrations.AddField(
            model_name="requisitionline",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requisition_lines",
                to="industry.article",
                verbose_name="article or service",
            ),
        ),
        migrations.AddField(
            model_name="requisitionline",
            name="nation",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.nation",
            ),
        ),
        migrations.AddField(
            model_name="requisitionline",
            name="requisition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="cases.requisition",
            ),
        ),
        migrations.AddConstraint(
            model_name="requisition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["submitted", "priced", "accepted", "refused", "withdrawn"])
                ),
                name="cases_requisition_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="requisition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "handling__in",
                        [
                            "confidentiality_1",
                            "confidentiality_2",
                            "handle_with_care",
                            "company_confidential",
                            "protected",
                            "confidentiality_3",
                            "economic_security",
                            "foreign_classified",
                            "secret",
                            "equipment_secret",
                            "special_defence_secret",
                            "designated_secret",
                        ],
                    )
                ),
                name="cases_requisition_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="requisition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["submitted", "refused", "withdrawn"]),
                    models.Q(("worth__gt", 0), ("worth__isnull", False)),
                    _connector="OR",
                ),
                name="cases_requisition_priced_has_worth",
            ),
        ),
        migrations.AddConstraint(
            model_name="requisitionline",
            constraint=models.UniqueConstraint(
                fields=("requisition", "number"), name="cases_requisitionline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="requisitionline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="cases_requisitionline_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="requisitionline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("unit_price", None)),
                    models.Q(
                        ("amount__gte", 0),
                        ("amount__isnull", False),
                        ("unit_price__gte", 0),
                        ("unit_price__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_requisitionline_priced_whole",
            ),
        ),
        migrations.RunSQL(BUILD, TEAR_DOWN),
    ]
