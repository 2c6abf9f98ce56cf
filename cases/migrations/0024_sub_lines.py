"""A line may be a sub-line of another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0023_worksheets"),
        ("industry", "0006_codes_of_lines"),
        ("partners", "0010_changes_have_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="changeline",
            name="part_of",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="sub-line of line"),
        ),
        migrations.AddField(
            model_name="contractline",
            name="part_of",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="sub-line of line"),
        ),
        migrations.AddConstraint(
            model_name="changeline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("part_of", None),
                    models.Q(("part_of", models.F("number")), _negated=True),
                    _connector="OR",
                ),
                name="cases_changeline_part_of_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("part_of", None),
                    models.Q(("part_of", models.F("number")), _negated=True),
                    _connector="OR",
                ),
                name="cases_contractline_part_of_another",
            ),
        ),
    ]
