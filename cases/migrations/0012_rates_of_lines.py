"""Lines priced so far were priced by the rates of the day on which their contract was."""

from django.db import migrations

RATES_OF_THE_DAY = """
    UPDATE cases_contractline AS line SET rates_on = contract.priced_on
    FROM cases_contract AS contract
    WHERE contract.id = line.contract_id AND line.unit_price IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_changes")]

    operations = [migrations.RunSQL(RATES_OF_THE_DAY, migrations.RunSQL.noop)]
