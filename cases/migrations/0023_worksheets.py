"""A contract may rest on the contractor's own worksheet of what would be owed."""

import cases.models.liability
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0022_cost_estimates"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="liability_points",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=300,
                validators=[cases.models.liability.is_a_curve],
                verbose_name="per cent spent and per cent owed",
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="liability_source",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="contractor's worksheet",
            ),
        ),
    ]
