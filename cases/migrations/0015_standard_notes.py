"""The library of standard notes, and which of them an offer or a change takes up."""

import datetime
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_kinds_of_case"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="chosen_notes",
            field=models.JSONField(db_default=[], default=list, verbose_name="chosen notes"),
        ),
        migrations.AddField(
            model_name="contract",
            name="chosen_notes",
            field=models.JSONField(db_default=[], default=list, verbose_name="chosen notes"),
        ),
        migrations.CreateModel(
            name="StandardNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                ("valid_from", models.DateField(verbose_name="in force from")),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="last day in force"),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                (
                    "on_offers",
                    models.BooleanField(default=True, verbose_name="on letters of offer"),
                ),
                ("on_amendments", models.BooleanField(default=True, verbose_name="on amendments")),
                (
                    "on_modifications",
                    models.BooleanField(default=False, verbose_name="on modifications"),
                ),
                (
                    "kind_of_case",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("defined_order", "defined order"),
                            ("blanket_order", "blanket order"),
                            ("support_stock", "sustainment arrangement, part I: stock"),
                            ("support_draws", "sustainment arrangement, part II: requisitions"),
                            ("training", "training"),
                            ("lease", "lease"),
                            ("grant", "grant"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="kind of case",
                    ),
                ),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("always", "always"),
                            ("weapon", "a line is a weapon"),
                            ("technology", "a line is technology"),
                            ("service", "a line is a service or training"),
                            ("from_stock", "a line comes from stock"),
                        ],
                        default="always",
                        max_length=20,
                        verbose_name="condition",
                    ),
                ),
                (
                    "is_mandatory",
                    models.BooleanField(default=False, verbose_name="cannot be left out"),
                ),
                ("title_ja", models.CharField(max_length=120, verbose_name="title in Japanese")),
                ("title_en", models.CharField(max_length=120, verbose_name="title in English")),
                ("text_ja", models.TextField(max_length=2000, verbose_name="text in Japanese")),
                ("text_en", models.TextField(max_length=2000, verbose_name="text in English")),
                ("keeper", models.CharField(max_length=120, verbose_name="kept by")),
            ],
            options={
                "verbose_name": "standard note",
                "verbose_name_plural": "standard notes",
                "ordering": ["code", "valid_from"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            (
                                "valid_to__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("valid_from"),
                                    "-",
                                    models.Value(datetime.timedelta(days=1)),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="cases_standardnote_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        fields=("code", "valid_from"),
                        name="cases_standardnote_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind_of_case__in",
                                [
                                    "",
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
                        name="cases_standardnote_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "condition__in",
                                ["always", "weapon", "technology", "service", "from_stock"],
                            )
                        ),
                        name="cases_standardnote_known_condition",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_offers", True),
                            ("on_amendments", True),
                            ("on_modifications", True),
                            _connector="OR",
                        ),
                        name="cases_standardnote_stands_somewhere",
                    ),
                ],
            },
        ),
    ]
