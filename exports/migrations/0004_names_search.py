"""Reviews and shipments are searched by the names on their lines, too: of their own snapshot."""

from django.db import migrations

BUILD = """
CREATE INDEX exports_reviewline_bigrams ON exports_reviewline USING gin (fms_bigrams(name_ja, name_en));
CREATE INDEX exports_shipmentline_bigrams ON exports_shipmentline USING gin (fms_bigrams(name_ja, name_en));
"""
DROP = """
DROP INDEX exports_shipmentline_bigrams;
DROP INDEX exports_reviewline_bigrams;
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0003_same_owner"), ("workflow", "0002_trail_and_search")]

    operations = [migrations.RunSQL(BUILD, DROP)]
