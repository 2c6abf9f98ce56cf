"""What the seal stands on is append-only, as the trail is."""

from django.db import migrations

TABLES = ("attestation", "checkpoint", "leaf", "scheme")
REFUSE = """
CREATE TRIGGER workflow_{0}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON workflow_{0} FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""
ALLOW = "DROP TRIGGER workflow_{0}_append_only ON workflow_{0};"


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_sides_stay")]

    operations = [migrations.RunSQL(REFUSE.format(table), ALLOW.format(table)) for table in TABLES]
