import django.db.models.deletion
import partners.models.organisation
import uuid
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
