"""Lists are searched by part of a word: an index over the bigrams of number and title."""

from django.db import migrations

BUILD = """
CREATE INDEX cases_request_bigrams ON cases_request USING gin (fms_bigrams(number, title));
CREATE INDEX cases_contract_bigrams ON cases_contract USING gin (fms_bigrams(number, title));
CREATE INDEX cases_subcontract_bigrams ON cases_subcontract USING gin (fms_bigrams(number, title));
CREATE INDEX cases_quote_bigrams ON cases_quote USING gin (fms_bigrams(number, title));
CREATE INDEX cases_bill_bigrams ON cases_bill USING gin (fms_bigrams(number, title));
"""
DROP = """
DROP INDEX cases_request_bigrams;
DROP INDEX cases_contract_bigrams;
DROP INDEX cases_subcontract_bigrams;
DROP INDEX cases_quote_bigrams;
DROP INDEX cases_bill_bigrams;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("workflow", "0002_trail_and_search")]

    operations = [migrations.RunSQL(BUILD, DROP)]
