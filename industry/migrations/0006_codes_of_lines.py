"""Codes of contract lines: source of supply, delivery term, terms of sale, offer release."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("industry", "0005_article_search"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="cataloguecode",
            name="industry_cataloguecode_known_scheme",
        ),
        migrations.AlterField(
            model_name="cataloguecode",
            name="scheme",
            field=models.CharField(
                choices=[
                    ("generic_class", "generic class"),
                    ("control_list", "item of the control list"),
                    ("monitoring", "end-use monitoring level"),
                    ("source", "source of supply"),
                    ("delivery_term", "delivery term"),
                    ("terms_of_sale", "terms of sale"),
                    ("release", "offer release"),
                ],
                max_length=20,
                verbose_name="scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="cataloguecode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "scheme__in",
                        [
                            "generic_class",
                            "control_list",
                            "monitoring",
                            "source",
                            "delivery_term",
                            "terms_of_sale",
                            "release",
                        ],
                    )
                ),
                name="industry_cataloguecode_known_scheme",
            ),
        ),
    ]
