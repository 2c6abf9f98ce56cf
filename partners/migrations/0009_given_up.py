"""A change counts by the word of somebody else than its proposer, who may give it up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0008_units_and_absences"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="proposal",
            name="partners_proposal_decided_by_another",
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ("is_confirmed", False),
                    _connector="OR",
                ),
                name="partners_proposal_decided_by_another",
            ),
        ),
    ]
