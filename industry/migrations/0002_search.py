"""Cases are searched by the names of what is bought: an index over the bigrams of both names."""

from django.db import migrations

BUILD = """
CREATE INDEX industry_article_bigrams ON industry_article USING gin (fms_bigrams(name_ja, name_en));
"""
DROP = "DROP INDEX industry_article_bigrams;"


class Migration(migrations.Migration):
    dependencies = [("industry", "0001_initial"), ("workflow", "0002_trail_and_search")]

    operations = [migrations.RunSQL(BUILD, DROP)]
