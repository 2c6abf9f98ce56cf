"""What is left of a deposit is paid back, and a nation says that it orders no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0020_days_of_a_contract"),
        ("partners", "0010_changes_have_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="deposit_refunded",
            field=models.DecimalField(
                decimal_places=2, max_digits=18, null=True, verbose_name="deposit paid back"
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="no_more_orders_at",
            field=models.DateTimeField(null=True, verbose_name="no more orders, as confirmed"),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deposit_refunded", None),
                    models.Q(
                        ("deposit_paid__isnull", False),
                        ("deposit_refunded__gt", 0),
                        ("deposit_refunded__lte", models.F("deposit_paid")),
                    ),
                    _connector="OR",
                ),
                name="cases_contract_refund_within_deposit",
            ),
        ),
    ]
