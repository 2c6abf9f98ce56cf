"""The estimated price of what is bought, in a table that no outsider may read."""

import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0021_blanket_orders_close"),
    ]

    operations = [
        migrations.CreateModel(
            name="CostEstimate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "material",
                    models.DecimalField(
                        decimal_places=0,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="direct material",
                    ),
                ),
                (
                    "processing",
                    models.DecimalField(
                        decimal_places=0,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="processing, hours × rate",
                    ),
                ),
                (
                    "direct",
                    models.DecimalField(
                        decimal_places=0,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="direct expenses",
                    ),
                ),
                (
                    "general_rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="general and selling expenses (percent)",
                    ),
                ),
                (
                    "interest_rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="interest (percent)",
                    ),
                ),
                (
                    "profit_rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="profit (percent)",
                    ),
                ),
                (
                    "variation_rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="cost variation (percent)",
                    ),
                ),
                (
                    "variation_base",
                    models.CharField(
                        choices=[
                            ("total_cost", "total cost"),
                            ("manufacturing_cost", "manufacturing cost"),
                        ],
                        default="total_cost",
                        max_length=20,
                        verbose_name="cost variation is a percentage of",
                    ),
                ),
                (
                    "selling_direct",
                    models.DecimalField(
                        decimal_places=0,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="direct selling expenses",
                    ),
                ),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="consumption tax (percent)",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        max_length=500, verbose_name="where costs and rates come from"
                    ),
                ),
                ("estimated_on", models.DateField(verbose_name="estimated")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=0,
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="estimated price",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="estimate",
                        to="cases.subcontractline",
                    ),
                ),
            ],
            options={
                "ordering": ["line__number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gt", 0)), name="cases_costestimate_positive"
                    )
                ],
            },
        ),
    ]
