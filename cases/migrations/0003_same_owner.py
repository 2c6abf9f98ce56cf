"""What belongs to a row of a nation or contractor belongs to the same one, whatever the code does."""

from django.db import migrations

BUILD = """
ALTER TABLE cases_request ADD CONSTRAINT cases_request_owned UNIQUE (id, nation_id);
ALTER TABLE cases_contract ADD CONSTRAINT cases_contract_owned UNIQUE (id, nation_id);
ALTER TABLE cases_quote ADD CONSTRAINT cases_quote_owned UNIQUE (id, contractor_id);
ALTER TABLE cases_requestline ADD CONSTRAINT cases_requestline_same_owner FOREIGN KEY (request_id, nation_id)
    REFERENCES cases_request (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE cases_contract ADD CONSTRAINT cases_contract_same_owner FOREIGN KEY (request_id, nation_id)
    REFERENCES cases_request (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE cases_contractline ADD CONSTRAINT cases_contractline_same_owner FOREIGN KEY (contract_id, nation_id)
    REFERENCES cases_contract (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE cases_bill ADD CONSTRAINT cases_bill_same_owner FOREIGN KEY (contract_id, nation_id)
    REFERENCES cases_contract (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE cases_quoteline ADD CONSTRAINT cases_quoteline_same_owner FOREIGN KEY (quote_id, contractor_id)
    REFERENCES cases_quote (id, contractor_id) DEFERRABLE INITIALLY DEFERRED;
"""
TEAR_DOWN = """
ALTER TABLE cases_quoteline DROP CONSTRAINT cases_quoteline_same_owner;
ALTER TABLE cases_bill DROP CONSTRAINT cases_bill_same_owner;
ALTER TABLE cases_contractline DROP CONSTRAINT cases_contractline_same_owner;
ALTER TABLE cases_contract DROP CONSTRAINT cases_contract_same_owner;
ALTER TABLE cases_requestline DROP CONSTRAINT cases_requestline_same_owner;
ALTER TABLE cases_quote DROP CONSTRAINT cases_quote_owned;
ALTER TABLE cases_contract DROP CONSTRAINT cases_contract_owned;
ALTER TABLE cases_request DROP CONSTRAINT cases_request_owned;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_search")]

    operations = [migrations.RunSQL(BUILD, TEAR_DOWN)]
