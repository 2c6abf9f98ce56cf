"""A document is never changed or taken away: the database refuses, whoever asks.

TRUNCATE stays possible: only the owner of the tables has that right, and tests empty them so.
"""

from typing import ClassVar

from django.db import migrations

REFUSE = """
    CREATE FUNCTION documents_document_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'A document is never changed or deleted; make its next version.'
            USING ERRCODE = 'integrity_constraint_violation';
    END
    $$;
    CREATE TRIGGER documents_document_never_changed
        BEFORE UPDATE OR DELETE ON documents_document
        FOR EACH ROW EXECUTE FUNCTION documents_document_refuse();
"""
ALLOW = """
    DROP TRIGGER documents_document_never_changed ON documents_document;
    DROP FUNCTION documents_document_refuse();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("documents", "0001_initial")]

    operations: ClassVar = [migrations.RunSQL(REFUSE, ALLOW)]
