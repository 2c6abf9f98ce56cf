"""Lists are searched by part of a word: an index over the bigrams of number and title."""

from django.db import migrations

BUILD = """
CREATE INDEX exports_transferreview_bigrams ON exports_transferreview USING gin (fms_bigrams(number, title));
CREATE INDEX exports_shipment_bigrams ON exports_shipment USING gin (fms_bigrams(number, title));
"""
DROP = """
DROP INDEX exports_transferreview_bigrams;
DROP INDEX exports_shipment_bigrams;
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("workflow", "0002_trail_and_search")]

    operations = [migrations.RunSQL(BUILD, DROP)]
