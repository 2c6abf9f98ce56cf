"""Signatures and conflicts are never changed; nobody misstates who drafted; files are searched by words."""

from django.db import migrations

PROMISE = """
CREATE TRIGGER approvals_signature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON approvals_signature FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
CREATE TRIGGER approvals_conflict_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON approvals_conflict FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
CREATE TRIGGER approvals_revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON approvals_revision FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
ALTER TABLE approvals_signature ADD CONSTRAINT approvals_signature_maker_as_on_file
    FOREIGN KEY (file_id, prepared_by) REFERENCES approvals_approvalfile (id, prepared_by);
ALTER TABLE approvals_waystep ADD CONSTRAINT approvals_waystep_maker_as_on_file
    FOREIGN KEY (file_id, prepared_by) REFERENCES approvals_approvalfile (id, prepared_by);
CREATE INDEX approvals_approvalfile_bigrams ON approvals_approvalfile
    USING gin (fms_bigrams(number, title));
"""
BREAK = """
DROP INDEX approvals_approvalfile_bigrams;
ALTER TABLE approvals_waystep DROP CONSTRAINT approvals_waystep_maker_as_on_file;
ALTER TABLE approvals_signature DROP CONSTRAINT approvals_signature_maker_as_on_file;
DROP TRIGGER approvals_revision_append_only ON approvals_revision;
DROP TRIGGER approvals_conflict_append_only ON approvals_conflict;
DROP TRIGGER approvals_signature_append_only ON approvals_signature;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("workflow", "0002_trail_and_search"),
    ]

    operations = [migrations.RunSQL(PROMISE, BREAK)]
