"""A pair of columns of which one is empty no longer passes: a check that answers NULL lets a row in."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_search"),
        ("industry", "0001_initial"),
        ("partners", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="contract",
            name="cases_contract_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="contractline",
            name="cases_contractline_priced_whole",
        ),
        migrations.RemoveConstraint(
            model_name="quote",
            name="cases_quote_submitted_has_amount",
        ),
        migrations.RemoveConstraint(
            model_name="subcontract",
            name="cases_subcontract_firm_and_amount",
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
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                models.F("net"), "+", models.F("administrative_charge")
                            ),
                        ),
                        ("total__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_contract_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("unit_price", None)),
                    models.Q(
                        ("amount__gte", 0),
                        ("amount__isnull", False),
                        ("unit_price__gte", 0),
                        ("unit_price__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_contractline_priced_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["submitted", "taken"]), _negated=True),
                    models.Q(("amount__gt", 0), ("amount__isnull", False)),
                    _connector="OR",
                ),
                name="cases_quote_submitted_has_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="subcontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("contractor", None)),
                    models.Q(
                        ("amount__gt", 0), ("amount__isnull", False), ("contractor__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="cases_subcontract_firm_and_amount",
            ),
        ),
    ]
