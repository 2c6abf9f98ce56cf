"""Contracts are suspended and resumed; what is cancelled may cost something."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0004_names_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="shipment",
            name="held_at",
            field=models.DateTimeField(null=True, verbose_name="held back"),
        ),
    ]
