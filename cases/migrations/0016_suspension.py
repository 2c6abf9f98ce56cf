"""Contracts are suspended and resumed; what is cancelled may cost something."""

import django.db.models.expressions
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0015_standard_notes"),
        ("partners", "0010_changes_have_files"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="change",
            name="cases_change_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="contract",
            name="cases_contract_adds_up",
        ),
        migrations.AddField(
            model_name="change",
            name="termination_cost",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=Decimal(0),
                max_digits=18,
                verbose_name="termination cost",
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="suspended_at",
            field=models.DateTimeField(null=True, verbose_name="suspended"),
        ),
        migrations.AddField(
            model_name="contract",
            name="termination_cost",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=Decimal(0),
                max_digits=18,
                verbose_name="termination cost",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("administrative_charge", None),
                        ("deposit", None),
                        ("net", None),
                        ("total", None),
                    ),
                    models.Q(
                        ("administrative_charge__isnull", False),
                        ("deposit__gte", 0),
                        ("deposit__isnull", False),
                        ("net__isnull", False),
                        ("termination_cost__gte", 0),
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("administrative_charge")
                                ),
                                "+",
                                models.F("termination_cost"),
                            ),
                        ),
                        ("total__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_change_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("administrative_charge", None),
                        ("deposit", None),
                        ("net", None),
                        ("total", None),
                    ),
                    models.Q(
                        ("administrative_charge__isnull", False),
                        ("deposit__gte", 0),
                        ("deposit__isnull", False),
                        ("net__isnull", False),
                        ("termination_cost__gte", 0),
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("administrative_charge")
                                ),
                                "+",
                                models.F("termination_cost"),
                            ),
                        ),
                        ("total__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_contract_adds_up",
            ),
        ),
    ]
