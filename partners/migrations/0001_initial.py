import datetime
import django.db.models.deletion
import django.db.models.expressions
import django_fsm
import partners.models.organisation
import uuid
import workflow.handling
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("family_name", models.CharField(max_length=60, verbose_name="family name")),
                ("given_name", models.CharField(max_length=60, verbose_name="given name")),
                (
                    "family_name_ja",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="family name in Japanese"
                    ),
                ),
                (
                    "given_name_ja",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="given name in Japanese"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="job title")),
                (
                    "language",
                    models.CharField(
                        choices=[("ja", "日本語"), ("en", "English")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
            ],
            options={
                "ordering": ["family_name", "given_name"],
            },
        ),
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("subject", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=0)),
                ("began_at", models.DateTimeField()),
                ("closed_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "attempts",
            },
        ),
        migrations.CreateModel(
            name="RateCount",
            fields=[
                (
                    "subject",
                    models.CharField(
                        max_length=80,
                        primary_key=True,
                        serialize=False,
                        verbose_name="who is counted",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="count")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
            ],
            options={
                "verbose_name": "count of requests",
                "verbose_name_plural": "counts of requests",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("reset", "Reset"), ("changed", "Changed")], max_length=10
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("words", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(db_index=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["reset", "changed"])),
                        name="partners_letter_known_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Nation",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=2, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name_ja", models.CharField(max_length=60, verbose_name="name in Japanese")),
                ("name_en", models.CharField(max_length=60, verbose_name="name in English")),
                (
                    "formal_ja",
                    models.CharField(max_length=80, verbose_name="formal name in Japanese"),
                ),
                (
                    "formal_en",
                    models.CharField(max_length=80, verbose_name="formal name in English"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z]{2}$")),
                        name="partners_nation_iso_code",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agency", "agency"),
                            ("ministry", "ministry"),
                            ("nation", "partner nation"),
                            ("contractor", "contractor"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("name_ja", models.CharField(max_length=120, verbose_name="name in Japanese")),
                ("name_en", models.CharField(max_length=120, verbose_name="name in English")),
                (
                    "corporate_number",
                    models.CharField(
                        blank=True,
                        max_length=13,
                        validators=[partners.models.organisation.validate_corporate_number],
                        verbose_name="corporate number",
                    ),
                ),
                (
                    "address_ja",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="address in Japanese"
                    ),
                ),
                (
                    "address_en",
                    models.CharField(blank=True, max_length=200, verbose_name="address in English"),
                ),
                ("is_sample", models.BooleanField(default=False, verbose_name="sample")),
                (
                    "nation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="partners.nation",
                    ),
                ),
            ],
            options={
                "ordering": ["name_en"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("case_manager", "Case manager"),
                            ("export_control_officer", "Export control officer"),
                            ("finance_officer", "Finance officer"),
                            ("contract_officer", "Contract officer"),
                            ("inspector", "Inspector"),
                            ("legal_reviewer", "Legal reviewer"),
                            ("security_officer", "Security officer"),
                            ("office_chief", "Office chief"),
                            ("director", "Director"),
                            ("department_head", "Department head"),
                            ("executive_director", "Executive director"),
                            ("president", "President"),
                            ("auditor", "Auditor"),
                            ("system_administrator", "System administrator"),
                            ("opinion_giver", "Opinion giver"),
                            ("requester", "Requester"),
                            ("signatory", "Signatory"),
                            ("nation_finance", "Finance (nation)"),
                            ("nation_logistics", "Logistics (nation)"),
                            ("contractor_sales", "Sales (contractor)"),
                            ("contractor_production", "Production (contractor)"),
                            ("contractor_delivery", "Delivery (contractor)"),
                            ("contractor_finance", "Finance (contractor)"),
                        ],
                        max_length=40,
                        verbose_name="role",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="partners.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="EmergencyAccess",
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
                        choices=[("open", "open"), ("ended", "ended"), ("reviewed", "reviewed")],
                        default="open",
                        max_length=50,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="case")),
                ("target_kind", models.CharField(max_length=60)),
                ("target_id", models.UUIDField()),
                ("reason", models.TextField(verbose_name="reason")),
                ("expires_at", models.DateTimeField(verbose_name="until")),
                ("review_note", models.TextField(blank=True, verbose_name="finding")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergencies",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "emergency access",
                "verbose_name_plural": "emergency accesses",
                "ordering": ["-opened_at"],
                "indexes": [
                    models.Index(fields=["person", "state"], name="partners_emergency_of_person")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "ended", "reviewed"])),
                        name="partners_emergency_known_state",
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
                        name="partners_emergency_known_handling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opened_at"),
                                    "+",
                                    models.Value(datetime.timedelta(seconds=3600)),
                                ),
                            )
                        ),
                        name="partners_emergency_an_hour_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="partners_emergency_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handler",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deal_id", models.UUIDField()),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="removed")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handled_deals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["added_at"],
                "indexes": [models.Index(fields=["person"], name="partners_handler_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("deal_id", "person"),
                        name="partners_handler_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="signed on")),
                ("in_force_on", models.DateField(blank=True, null=True, verbose_name="in force")),
                ("is_verified", models.BooleanField(default=False, verbose_name="dates verified")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="partners.nation",
                    ),
                ),
            ],
            options={
                "ordering": ["nation", "signed_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("nation", "signed_on"), name="partners_agreement_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_on", None),
                            ("in_force_on__gte", models.F("signed_on")),
                            _connector="OR",
                        ),
                        name="partners_agreement_signed_first",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "nation"), ("nation__isnull", False)),
                    models.Q(models.Q(("kind", "nation"), _negated=True), ("nation__isnull", True)),
                    _connector="OR",
                ),
                name="partners_organisation_nation_if_foreign",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "contractor"), _negated=True),
                    models.Q(("corporate_number", ""), _negated=True),
                    _connector="OR",
                ),
                name="partners_organisation_contractor_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corporate_number", ""), _negated=True),
                fields=("corporate_number",),
                name="partners_organisation_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "agency")),
                fields=("kind",),
                name="partners_organisation_one_agency",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("person", "organisation", "role", "valid_from"),
                name="partners_membership_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="partners_membership_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "auditor",
                            "case_manager",
                            "contract_officer",
                            "contractor_delivery",
                            "contractor_finance",
                            "contractor_production",
                            "contractor_sales",
                            "department_head",
                            "director",
                            "executive_director",
                            "export_control_officer",
                            "finance_officer",
                            "inspector",
                            "legal_reviewer",
                            "nation_finance",
                            "nation_logistics",
                            "office_chief",
                            "opinion_giver",
                            "president",
                            "requester",
                            "security_officer",
                            "signatory",
                            "system_administrator",
                        ],
                    )
                ),
                name="partners_membership_known_role",
            ),
        ),
    ]
