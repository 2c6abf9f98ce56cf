import django.db.models.deletion
import uuid
import workflow.handling
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("workflow", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_kind", models.CharField(max_length=60)),
                ("case_id", models.UUIDField()),
                ("case_number", models.CharField(max_length=32, verbose_name="case")),
                ("owner_code", models.CharField(blank=True, max_length=40)),
                ("kind", models.CharField(max_length=60, verbose_name="kind")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("bilingual", "Japanese and English"),
                            ("ja", "Japanese"),
                            ("en", "English"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "origin",
                    models.CharField(
                        choices=[("made", "made here"), ("received", "received")],
                        max_length=10,
                        verbose_name="origin",
                    ),
                ),
                ("file_name", models.CharField(max_length=160, verbose_name="file name")),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("made_by", models.CharField(max_length=200, verbose_name="by")),
                ("made_by_id", models.CharField(max_length=40)),
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
                        max_length=30,
                        verbose_name="handling label",
                    ),
                ),
                (
                    "for_nation",
                    models.BooleanField(default=False, verbose_name="the nation sees it"),
                ),
                ("for_contractor_id", models.UUIDField(null=True)),
                (
                    "shown_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(for_nation=True, then=models.F("owner_code"))
                        ),
                        output_field=models.CharField(max_length=40, null=True),
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workflow.entry",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "kind"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("for_contractor_id__isnull", False)),
                        fields=["for_contractor_id"],
                        name="documents_for_contractor",
                    ),
                    models.Index(
                        condition=models.Q(("for_nation", True)),
                        fields=["owner_code", "-made_at"],
                        name="documents_for_nation",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case_id", "kind", "version"),
                        name="documents_document_one_per_version",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("origin", "made")),
                        fields=("entry", "kind"),
                        name="documents_document_made_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("origin", "received"), ("entry__isnull", False), _connector="OR"
                        ),
                        name="documents_document_made_by_a_step",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["made", "received"])),
                        name="documents_document_known_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["bilingual", "ja", "en"])),
                        name="documents_document_known_language",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="documents_document_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gt", 0)),
                        name="documents_document_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="documents_document_hashed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("for_nation", False),
                            models.Q(("owner_code", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="documents_document_nation_named",
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
                        name="documents_document_known_handling",
                    ),
                ],
            },
        ),
    ]
