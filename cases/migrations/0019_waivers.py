"""Lines bear nonrecurring charges, and what of charges is waived."""

from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0018_liability_curves"),
    ]

    operations = [
        migrations.AddField(
            model_name="changeline",
            name="nonrecurring_unit",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=Decimal(0),
                max_digits=18,
                verbose_name="nonrecurring charge, a unit",
            ),
        ),
        migrations.AddField(
            model_name="changeline",
            name="waived",
            field=models.JSONField(db_default=[], default=list, verbose_name="waived"),
        ),
        migrations.AddField(
            model_name="contract",
            name="proposed_waiver",
            field=models.JSONField(
                db_default={}, default=dict, editable=False, verbose_name="waiver proposed"
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="nonrecurring_unit",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=Decimal(0),
                max_digits=18,
                verbose_name="nonrecurring charge, a unit",
            ),
        ),
        migrations.AddField(
            model_name="contractline",
            name="waived",
            field=models.JSONField(db_default=[], default=list, verbose_name="waived"),
        ),
    ]
