"""A pair of columns of which one is empty no longer passes: a check that answers NULL lets a row in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0002_search"),
        ("partners", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="shipment",
            name="exports_shipment_shipped_first",
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
    ]
