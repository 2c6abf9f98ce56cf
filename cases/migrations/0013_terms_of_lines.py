"""Lines say from where, when, how far and on what terms they are supplied."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_rates_of_lines"),
        ("industry", "0006_codes_of_lines"),
        ("partners", "0010_changes_have_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="changeline",
            name="delivery_term",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="delivery term"
            ),
        ),
        migrations.AddField(
            model_name="changeline",
            name="months_from",
            field=models.PositiveSmallIntegerField(
                null=True, verbose_name="months after acceptance, from"
            ),
        ),
        migrations.AddField(
            model_name="changeline",
            name="months_to",
            field=models.PositiveSmallIntegerField(
                null=True, verbose_name="months after acceptance, to"
            ),
        ),
        migrations.AddField(
            model_name="changeline",
            name="note",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="note"),
        ),
        migrations.AddField(
            model_name="changeline",
            name="period_from",
            field=models.DateField(null=True, verbose_name="period, first day"),
        ),
        migrations.AddField(
            model_name="changeline",
            name="period_to",
            field=models.DateField(null=True, verbose_name="period, last day"),
        ),
        migrations.AddField(
            model_name="changeline",
            name="release_code",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="offer release"
            ),
        ),
        migrations.AddField(
            model_name="changeline",
            name="source",
            field=models.CharField(
                db_default="P", default="P", max_length=4, verbose_name="source of supply"
            ),
        ),
        migrations.AddField(
            model_name="changeline",
            name="terms_of_sale",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="terms of sale"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="delivery_term",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="delivery term"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="months_from",
            field=models.PositiveSmallIntegerField(
                null=True, verbose_name="months after acceptance, from"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="months_to",
            field=models.PositiveSmallIntegerField(
                null=True, verbose_name="months after acceptance, to"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="note",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="note"),
        ),
        migrations.AddField(
            model_name="contractline",
            name="period_from",
            field=models.DateField(null=True, verbose_name="period, first day"),
        ),
        migrations.AddField(
            model_name="contractline",
            name="period_to",
            field=models.DateField(null=True, verbose_name="period, last day"),
        ),
        migrations.AddField(
            model_name="contractline",
            name="release_code",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="offer release"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="source",
            field=models.CharField(
                db_default="P", default="P", max_length=4, verbose_name="source of supply"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="terms_of_sale",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="terms of sale"
            ),
        ),
        migrations.AlterField(
            model_name="changeline",
            name="basis",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="where the price comes from"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("months_from", None),
                        ("months_to", None),
                        ("period_from", None),
                        ("period_to", None),
                    ),
                    models.Q(
                        ("months_from__isnull", False),
                        ("months_to__gte", models.F("months_from")),
                        ("months_to__isnull", False),
                        ("period_from", None),
                        ("period_to", None),
                    ),
                    models.Q(
                        ("months_from", None),
                        ("months_to", None),
                        ("period_from__isnull", False),
                        ("period_to__gte", models.F("period_from")),
                        ("period_to__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_changeline_runs_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("months_from", None),
                        ("months_to", None),
                        ("period_from", None),
                        ("period_to", None),
                    ),
                    models.Q(
                        ("months_from__isnull", False),
                        ("months_to__gte", models.F("months_from")),
                        ("months_to__isnull", False),
                        ("period_from", None),
                        ("period_to", None),
                    ),
                    models.Q(
                        ("months_from", None),
                        ("months_to", None),
                        ("period_from__isnull", False),
                        ("period_to__gte", models.F("period_from")),
                        ("period_to__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_contractline_runs_forward",
            ),
        ),
    ]
