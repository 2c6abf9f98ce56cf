"""Where a person stands is never changed or taken back."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER workflow_side_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON workflow_side FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""
ALLOW = "DROP TRIGGER workflow_side_append_only ON workflow_side;"


class Migration(migrations.Migration):
    dependencies = [("workflow", "0002_trail_and_search")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
