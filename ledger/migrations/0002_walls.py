"""Postings agree with their accounts and journal in nation and currency; books are append-only."""

from django.db import migrations

BUILD = """
ALTER TABLE ledger_posting
    ADD CONSTRAINT ledger_posting_debit_same_purse FOREIGN KEY (debit_id, currency, nation_id)
        REFERENCES ledger_account (id, currency, nation_id),
    ADD CONSTRAINT ledger_posting_credit_same_purse FOREIGN KEY (credit_id, currency, nation_id)
        REFERENCES ledger_account (id, currency, nation_id),
    ADD CONSTRAINT ledger_posting_journal_same_nation FOREIGN KEY (journal_id, nation_id)
        REFERENCES ledger_journal (id, nation_id);
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_posting FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
CREATE TRIGGER ledger_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_journal FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""
TEAR_DOWN = """
DROP TRIGGER ledger_journal_append_only ON ledger_journal;
DROP TRIGGER ledger_posting_append_only ON ledger_posting;
ALTER TABLE ledger_posting
    DROP CONSTRAINT ledger_posting_journal_same_nation,
    DROP CONSTRAINT ledger_posting_credit_same_purse,
    DROP CONSTRAINT ledger_posting_debit_same_purse;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("workflow", "0002_trail_and_search")]

    operations = [migrations.RunSQL(BUILD, TEAR_DOWN)]
