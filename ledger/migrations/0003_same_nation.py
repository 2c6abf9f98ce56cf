"""A journal reverses one of its own nation only."""

from django.db import migrations

BUILD = """
ALTER TABLE ledger_journal ADD CONSTRAINT ledger_journal_reverses_same_nation
    FOREIGN KEY (reverses_id, nation_id) REFERENCES ledger_journal (id, nation_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
TEAR_DOWN = "ALTER TABLE ledger_journal DROP CONSTRAINT ledger_journal_reverses_same_nation;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_walls")]

    operations = [migrations.RunSQL(BUILD, TEAR_DOWN)]
