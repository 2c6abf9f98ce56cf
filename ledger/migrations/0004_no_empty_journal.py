"""A journal has postings: asked at the end of its transaction, since they are written after it.

By then the transaction may act for somebody who sees no books, so the owner looks; the answer is
yes or no.
"""

from django.db import migrations

BUILD = """
CREATE FUNCTION ledger_refuse_empty_journal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.ledger_posting WHERE journal_id = NEW.id) THEN
        RAISE EXCEPTION 'journal "%" has no postings: "ledger_journal_not_empty"', NEW.occasion
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journal_not_empty';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_journal_not_empty AFTER INSERT ON ledger_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_refuse_empty_journal();
"""
TEAR_DOWN = """
DROP TRIGGER ledger_journal_not_empty ON ledger_journal;
DROP FUNCTION ledger_refuse_empty_journal();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_same_nation")]

    operations = [migrations.RunSQL(BUILD, TEAR_DOWN)]
