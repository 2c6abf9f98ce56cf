"""To empty the table is refused as well, even to its owner: a row trigger does not see a TRUNCATE."""

from typing import ClassVar

from django.db import migrations

REFUSE = """
    CREATE TRIGGER documents_document_never_emptied
        BEFORE TRUNCATE ON documents_document
        FOR EACH STATEMENT EXECUTE FUNCTION documents_document_refuse();
"""
ALLOW = "DROP TRIGGER documents_document_never_emptied ON documents_document;"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("documents", "0002_never_changed")]

    operations: ClassVar = [migrations.RunSQL(REFUSE, ALLOW)]
