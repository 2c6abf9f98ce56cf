"""Changes that wait have no approval file, and nobody decides without one: they are proposed anew.

Messages about them that have not been written are not. Neither comes back with the code before.
"""

from django.db import migrations

GIVE_UP = """
UPDATE partners_proposal SET decided_at = now(), decided_by_id = proposed_by_id, is_confirmed = FALSE
    WHERE decided_at IS NULL;
UPDATE workflow_followup SET done_at = now(), dead_at = NULL, dropped_at = NULL
    WHERE done_at IS NULL AND effect IN
    ('notice:change_proposed', 'notice:change_confirmed', 'notice:change_declined');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0009_given_up"),
        ("workflow", "0009_clocks"),
    ]

    operations = [migrations.RunSQL(GIVE_UP, migrations.RunSQL.noop)]
