import django.db.models.deletion
import django.db.models.expressions
import django_fsm
import uuid
import workflow.handling
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("industry", "0001_initial"),
        ("partners", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
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
                            ("draft", "draft"),
                            ("under_approval", "under approval"),
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("in_execution", "in execution"),
                            ("delivered", "delivered"),
                            ("closed", "closed"),
                            ("lapsed", "lapsed"),
                            ("declined", "declined"),
                            ("cancelled", "cancelled"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                (
                    "currency",
                    models.CharField(default="JPY", max_length=3, verbose_name="currency"),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="net"
                    ),
                ),
                (
                    "administrative_percent",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        null=True,
                        verbose_name="administrative charge (percent)",
                    ),
                ),
                (
                    "administrative_charge",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=18,
                        null=True,
                        verbose_name="administrative charge",
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="total"
                    ),
                ),
                (
                    "deposit",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="initial deposit"
                    ),
                ),
                (
                    "deposit_paid",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="deposit received"
                    ),
                ),
                ("priced_on", models.DateField(null=True, verbose_name="priced")),
                ("offered_at", models.DateTimeField(null=True, verbose_name="offered")),
                ("expires_on", models.DateField(null=True, verbose_name="open until")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                (
                    "signed_by",
                    models.CharField(blank=True, max_length=200, verbose_name="signed by"),
                ),
                ("closed_on", models.DateField(null=True, verbose_name="closed")),
                (
                    "shown_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(offered_at__isnull=False, then=models.F("nation"))
                        ),
                        output_field=models.CharField(max_length=2, null=True),
                    ),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.nation",
                        verbose_name="nation",
                    ),
                ),
            ],
            options={
                "verbose_name": "contract",
                "verbose_name_plural": "contracts",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="ContractLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="line")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
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
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contract_lines",
                        to="industry.article",
                        verbose_name="article or service",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="cases.contract",
                    ),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.nation",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="in force from")),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="last day in force"),
                ),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("administration", "administrative charge"),
                            ("deposit", "initial deposit"),
                        ],
                        max_length=40,
                        verbose_name="rate",
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(decimal_places=4, max_digits=7, verbose_name="percent"),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="cases_rate_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(fields=("code", "valid_from"), name="cases_rate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)),
                        name="cases_rate_is_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
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
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("returned", "returned"),
                            ("actionable", "actionable"),
                            ("answered", "answered"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("reference", models.CharField(max_length=60, verbose_name="own reference")),
                ("reference_date", models.DateField(verbose_name="date of the letter")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("new_capability", "new capability"),
                            ("replenishment", "replenishment of ammunition"),
                            ("replacement", "replacement of losses"),
                            ("sustainment", "sustainment"),
                            ("upgrade", "upgrade"),
                        ],
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                ("end_user", models.CharField(blank=True, max_length=200, verbose_name="end user")),
                ("end_use", models.TextField(blank=True, verbose_name="end use")),
                (
                    "delivery_place",
                    models.CharField(blank=True, max_length=200, verbose_name="place of delivery"),
                ),
                ("needed_by", models.DateField(blank=True, null=True, verbose_name="needed by")),
                ("funding", models.CharField(blank=True, max_length=200, verbose_name="funding")),
                (
                    "signatory",
                    models.CharField(max_length=200, verbose_name="authorised signatory"),
                ),
                ("contact", models.CharField(max_length=200, verbose_name="point of contact")),
                ("remarks", models.TextField(blank=True, verbose_name="remarks")),
                (
                    "return_reason",
                    models.TextField(blank=True, verbose_name="reason of the return"),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.nation",
                        verbose_name="nation",
                    ),
                ),
            ],
            options={
                "verbose_name": "request",
                "verbose_name_plural": "requests",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.AddField(
            model_name="contract",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contracts",
                to="cases.request",
                verbose_name="request",
            ),
        ),
        migrations.CreateModel(
            name="RequestLine",
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
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request_lines",
                        to="industry.article",
                        verbose_name="article or service",
                    ),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.nation",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="cases.request",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Subcontract",
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
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "draft"),
                            ("solicited", "solicited"),
                            ("under_approval", "under approval"),
                            ("awarded", "awarded"),
                            ("in_production", "in production"),
                            ("delivered", "delivered"),
                            ("accepted", "accepted"),
                            ("paid", "paid"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                            ("terminated", "terminated"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "currency",
                    models.CharField(default="JPY", max_length=3, verbose_name="currency"),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="amount"
                    ),
                ),
                ("specification", models.TextField(blank=True, verbose_name="specification")),
                ("quote_by", models.DateField(null=True, verbose_name="quote by")),
                ("deliver_by", models.DateField(null=True, verbose_name="deliver by")),
                ("awarded_on", models.DateField(null=True, verbose_name="awarded")),
                (
                    "progress_percent",
                    models.PositiveSmallIntegerField(default=0, verbose_name="progress (percent)"),
                ),
                ("progress_note", models.TextField(blank=True, verbose_name="progress")),
                ("delivered_on", models.DateField(null=True, verbose_name="delivered")),
                ("accepted_on", models.DateField(null=True, verbose_name="accepted")),
                (
                    "invoice_number",
                    models.CharField(blank=True, max_length=40, verbose_name="invoice number"),
                ),
                ("paid_on", models.DateField(null=True, verbose_name="paid")),
                (
                    "shown_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(awarded_on__isnull=False, then=models.F("contractor"))
                        ),
                        output_field=models.UUIDField(null=True),
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subcontracts",
                        to="cases.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "contractor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subcontracts",
                        to="partners.organisation",
                        verbose_name="contractor",
                    ),
                ),
            ],
            options={
                "verbose_name": "subcontract",
                "verbose_name_plural": "subcontracts",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="Quote",
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
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("invited", "invited"),
                            ("submitted", "submitted"),
                            ("taken", "taken into the price"),
                            ("not_taken", "not taken"),
                            ("declined", "declined"),
                        ],
                        default="invited",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "currency",
                    models.CharField(default="JPY", max_length=3, verbose_name="currency"),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="amount"
                    ),
                ),
                ("deliver_on", models.DateField(null=True, verbose_name="delivery")),
                ("valid_until", models.DateField(null=True, verbose_name="valid until")),
                ("remarks", models.TextField(blank=True, verbose_name="remarks")),
                ("quote_by", models.DateField(null=True, verbose_name="quote by")),
                ("deliver_by", models.DateField(null=True, verbose_name="deliver by")),
                ("specification", models.TextField(blank=True, verbose_name="specification")),
                (
                    "contractor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="partners.organisation",
                        verbose_name="contractor",
                    ),
                ),
                (
                    "subcontract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="cases.subcontract",
                    ),
                ),
            ],
            options={
                "verbose_name": "quote",
                "verbose_name_plural": "quotes",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="SubcontractLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="line")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "contract_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subcontract_lines",
                        to="cases.contractline",
                    ),
                ),
                (
                    "subcontract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="cases.subcontract",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="QuoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="line")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="unit price"
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="industry.article",
                    ),
                ),
                (
                    "contractor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="cases.quote",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quote_lines",
                        to="cases.subcontractline",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Bill",
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
                            ("draft", "draft"),
                            ("issued", "issued"),
                            ("paid", "paid"),
                            ("void", "void"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="amount"),
                ),
                (
                    "from_deposit",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="set against the deposit"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                ("issued_on", models.DateField(null=True, verbose_name="issued")),
                ("paid_on", models.DateField(null=True, verbose_name="paid")),
                (
                    "shown_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(issued_on__isnull=False, then=models.F("nation"))
                        ),
                        output_field=models.CharField(max_length=2, null=True),
                    ),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.nation",
                        verbose_name="nation",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="cases.contract",
                        verbose_name="contract",
                    ),
                ),
            ],
            options={
                "verbose_name": "bill",
                "verbose_name_plural": "bills",
                "ordering": ["-opened_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "issued")),
                        fields=["due_on"],
                        name="cases_bill_outstanding",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "issued", "paid", "void"])),
                        name="cases_bill_known_state",
                    ),
                    models.CheckConstraint(
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
                        name="cases_bill_known_handling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            ("from_deposit__gte", 0),
                            ("from_deposit__lte", models.F("amount")),
                        ),
                        name="cases_bill_amounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "issued"), _negated=True),
                            ("issued_on__isnull", False),
                            _connector="OR",
                        ),
                        name="cases_bill_issued_is_dated",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.UniqueConstraint(
                fields=("contract", "number"), name="cases_contractline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="cases_contractline_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
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
                name="cases_contractline_priced_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                fields=["nation", "-opened_at"],
                include=("number", "state"),
                name="cases_request_of_nation",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("state__in", ["submitted", "actionable"])),
                fields=["changed_at"],
                name="cases_request_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "returned",
                            "actionable",
                            "answered",
                            "declined",
                            "withdrawn",
                        ],
                    )
                ),
                name="cases_request_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
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
                name="cases_request_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("nation", "reference"),
                name="cases_request_reference_once",
            ),
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(
                fields=["nation", "-opened_at"],
                include=("number", "state"),
                name="cases_contract_of_nation",
            ),
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(fields=["state", "-changed_at"], name="cases_contract_by_state"),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "under_approval",
                            "offered",
                            "accepted",
                            "in_execution",
                            "delivered",
                            "closed",
                            "lapsed",
                            "declined",
                            "cancelled",
                        ],
                    )
                ),
                name="cases_contract_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
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
                name="cases_contract_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("administrative_charge", None),
                        ("deposit", None),
                        ("net", None),
                        ("total", None),
                    ),
                    models.Q(
                        ("administrative_charge__isnull", False),
                        ("deposit__gte", 0),
                        ("deposit__isnull", False),
                        ("net__isnull", False),
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                models.F("net"), "+", models.F("administrative_charge")
                            ),
                        ),
                        ("total__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_contract_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("offered_at", None), ("expires_on__isnull", False), _connector="OR"
                ),
                name="cases_contract_offer_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["lapsed", "declined", "cancelled"]), _negated=True
                ),
                fields=("request",),
                name="cases_contract_one_live_per_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestline",
            constraint=models.UniqueConstraint(
                fields=("request", "number"), name="cases_requestline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="cases_requestline_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="subcontract",
            index=models.Index(
                fields=["contractor", "-opened_at"], name="cases_subcontract_of_firm"
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "solicited",
                            "under_approval",
                            "awarded",
                            "in_production",
                            "delivered",
                            "accepted",
                            "paid",
                            "closed",
                            "cancelled",
                            "terminated",
                        ],
                    )
                ),
                name="cases_subcontract_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontract",
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
                name="cases_subcontract_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("contractor", None)),
                    models.Q(
                        ("amount__gt", 0), ("amount__isnull", False), ("contractor__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="cases_subcontract_firm_and_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontract",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress_percent__lte", 100)),
                name="cases_subcontract_progress",
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("awarded_on", None), ("contractor__isnull", False), _connector="OR"
                ),
                name="cases_subcontract_awarded_to_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["invited", "submitted", "taken", "not_taken", "declined"])
                ),
                name="cases_quote_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
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
                name="cases_quote_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["submitted", "taken"]), _negated=True),
                    models.Q(("amount__gt", 0), ("amount__isnull", False)),
                    _connector="OR",
                ),
                name="cases_quote_submitted_has_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.UniqueConstraint(
                fields=("subcontract", "contractor"), name="cases_quote_one_per_contractor"
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "taken")),
                fields=("subcontract",),
                name="cases_quote_one_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontractline",
            constraint=models.UniqueConstraint(
                fields=("subcontract", "number"), name="cases_subcontractline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontractline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="cases_subcontractline_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="quoteline",
            constraint=models.UniqueConstraint(
                fields=("quote", "line"), name="cases_quoteline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="quoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__gt", 0)), name="cases_quoteline_positive"
            ),
        ),
    ]
