import django.db.models.deletion
import django_fsm
import uuid
import workflow.handling
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("partners", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shipment",
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
                            ("packed", "packed"),
                            ("shipped", "shipped"),
                            ("received", "received"),
                        ],
                        default="packed",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("contract_number", models.CharField(max_length=32, verbose_name="contract")),
                ("request_number", models.CharField(max_length=32, verbose_name="request")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("sea", "sea"),
                            ("air", "air"),
                            ("land", "land"),
                            ("on_site", "performed on site"),
                        ],
                        max_length=20,
                        verbose_name="mode",
                    ),
                ),
                ("carrier", models.CharField(blank=True, max_length=120, verbose_name="carrier")),
                (
                    "permit_number",
                    models.CharField(blank=True, max_length=60, verbose_name="export permit"),
                ),
                ("shipped_on", models.DateField(null=True, verbose_name="shipped")),
                ("received_on", models.DateField(null=True, verbose_name="received")),
                (
                    "received_by",
                    models.CharField(blank=True, max_length=120, verbose_name="received by"),
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
                "verbose_name": "shipment",
                "verbose_name_plural": "shipments",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="line")),
                ("name_ja", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("unit", models.CharField(max_length=10, verbose_name="unit")),
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
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="exports.shipment",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="TransferReview",
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
                            ("under_review", "under review"),
                            ("on_hold", "on hold"),
                            ("cleared", "cleared"),
                            ("refused", "refused"),
                            ("expired", "expired"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("request_number", models.CharField(max_length=32, verbose_name="request")),
                ("end_user", models.CharField(max_length=200, verbose_name="end user")),
                ("end_use", models.TextField(verbose_name="end use")),
                (
                    "treaty_breach",
                    models.BooleanField(default=False, verbose_name="breach of a treaty"),
                ),
                (
                    "unsc_embargo",
                    models.BooleanField(default=False, verbose_name="UN Security Council embargo"),
                ),
                (
                    "conflict_party",
                    models.BooleanField(
                        default=False, verbose_name="party to a conflict under UN measures"
                    ),
                ),
                (
                    "active_fighting",
                    models.BooleanField(default=False, verbose_name="fighting is taking place"),
                ),
                (
                    "special_circumstances",
                    models.BooleanField(default=False, verbose_name="special circumstances"),
                ),
                ("precedent", models.BooleanField(default=False, verbose_name="precedent exists")),
                (
                    "consent_clause",
                    models.BooleanField(default=True, verbose_name="prior-consent clause agreed"),
                ),
                ("assessment", models.TextField(blank=True, verbose_name="assessment")),
                ("screened_on", models.DateField(null=True, verbose_name="screened")),
                ("stop_rules", models.JSONField(default=list, verbose_name="stop rules")),
                ("matched_rules", models.JSONField(default=list, verbose_name="rules")),
                (
                    "level",
                    models.PositiveSmallIntegerField(null=True, verbose_name="level of decision"),
                ),
                ("decision", models.TextField(blank=True, verbose_name="decision")),
                ("decided_on", models.DateField(null=True, verbose_name="decided")),
                ("valid_until", models.DateField(null=True, verbose_name="valid until")),
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
                "verbose_name": "transfer review",
                "verbose_name_plural": "transfer reviews",
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="ReviewLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="line")),
                ("name_ja", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("item_class", models.CharField(max_length=20, verbose_name="class")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("unit", models.CharField(max_length=10, verbose_name="unit")),
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="exports.transferreview",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["contract_number"], name="exports_shipment_contract"),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["packed", "shipped", "received"])),
                name="exports_shipment_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
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
                name="exports_shipment_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_on", None),
                    models.Q(
                        ("received_on__gte", models.F("shipped_on")), ("shipped_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="exports_shipment_shipped_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "received"), _negated=True),
                    ("received_on__isnull", False),
                    _connector="OR",
                ),
                name="exports_shipment_received_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.UniqueConstraint(
                fields=("shipment", "number"), name="exports_shipmentline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="exports_shipmentline_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["draft", "under_review", "on_hold", "cleared", "refused", "expired"],
                    )
                ),
                name="exports_review_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreview",
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
                name="exports_review_known_handling",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "cleared"), _negated=True),
                    models.Q(("decided_on__isnull", False), ("valid_until__isnull", False)),
                    _connector="OR",
                ),
                name="exports_review_cleared_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "under_review", "on_hold", "cleared"])),
                fields=("request_number",),
                name="exports_review_one_live_per_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewline",
            constraint=models.UniqueConstraint(
                fields=("review", "number"), name="exports_reviewline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="exports_reviewline_positive"
            ),
        ),
    ]
