"""The lines of a review or shipment belong to its nation, whatever the code does."""

from django.db import migrations

BUILD = """
ALTER TABLE exports_transferreview ADD CONSTRAINT exports_transferreview_owned UNIQUE (id, nation_id);
ALTER TABLE exports_shipment ADD CONSTRAINT exports_shipment_owned UNIQUE (id, nation_id);
ALTER TABLE exports_reviewline ADD CONSTRAINT exports_reviewline_same_owner FOREIGN KEY (review_id, nation_id)
    REFERENCES exports_transferreview (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE exports_shipmentline ADD CONSTRAINT exports_shipmentline_same_owner FOREIGN KEY (shipment_id, nation_id)
    REFERENCES exports_shipment (id, nation_id) DEFERRABLE INITIALLY DEFERRED;
"""
TEAR_DOWN = """
ALTER TABLE exports_shipmentline DROP CONSTRAINT exports_shipmentline_same_owner;
ALTER TABLE exports_reviewline DROP CONSTRAINT exports_reviewline_same_owner;
ALTER TABLE exports_shipment DROP CONSTRAINT exports_shipment_owned;
ALTER TABLE exports_transferreview DROP CONSTRAINT exports_transferreview_owned;
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0002_search")]

    operations = [migrations.RunSQL(BUILD, TEAR_DOWN)]
