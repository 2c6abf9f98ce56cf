import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "catalogue_number",
                    models.CharField(max_length=20, unique=True, verbose_name="catalogue number"),
                ),
                ("name_ja", models.CharField(max_length=120, verbose_name="name in Japanese")),
                ("name_en", models.CharField(max_length=120, verbose_name="name in English")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "article"),
                            ("service", "service"),
                            ("training", "training"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "item_class",
                    models.CharField(
                        choices=[
                            ("weapon", "weapon"),
                            ("non_weapon", "non-weapon"),
                            ("part", "part of a weapon"),
                            ("technology", "technology"),
                            ("service", "service"),
                        ],
                        max_length=20,
                        verbose_name="class",
                    ),
                ),
                ("unit", models.CharField(default="EA", max_length=10, verbose_name="unit")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
            ],
            options={
                "ordering": ["catalogue_number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["article", "service", "training"])),
                        name="industry_article_known_kind",
                    )
                ],
            },
        ),
    ]
