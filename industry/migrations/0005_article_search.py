"""Articles are found by part of a number or name, in either language, width, case and kana.

The catalogue has no rows that are out of anybody's sight in PostgreSQL: the function looks with the
rights of whoever asks, and its index is used. The body of the first two is bound when they are
defined: index builds run with an empty search path.
"""

from django.db import migrations

BUILD = r"""
CREATE FUNCTION fms_one_kana(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(fms_fold(written),
    'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ',
    'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ');

CREATE FUNCTION industry_article_words(number text, stock text, ja text, en text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN fms_one_kana(concat_ws(' ', number, stock,
    regexp_replace(stock, '^(.{4})(.{2})(.{3})(.{4})$', '\1-\2-\3-\4'), ja, en));

CREATE FUNCTION industry_article_found(words text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
    SELECT row.id FROM industry_article AS row
    WHERE fms_bigrams(
        industry_article_words(row.catalogue_number, row.stock_number, row.name_ja, row.name_en), ''
    ) @@ (SELECT string_agg(fms_bigram_query(fms_one_kana(word))::text, ' & ')::tsquery
          FROM unnest(words) AS word)
    AND NOT EXISTS (SELECT FROM unnest(words) AS word WHERE position(fms_one_kana(word) IN
        industry_article_words(row.catalogue_number, row.stock_number, row.name_ja, row.name_en)) = 0)
$$;

CREATE INDEX industry_article_found_words ON industry_article USING gin (fms_bigrams(
    industry_article_words(catalogue_number, stock_number, name_ja, name_en), ''));
"""
DROP = """
DROP INDEX industry_article_found_words;
DROP FUNCTION industry_article_found(text[]);
DROP FUNCTION industry_article_words(text, text, text, text);
DROP FUNCTION fms_one_kana(text);
"""


class Migration(migrations.Migration):
    dependencies = [("industry", "0004_catalogue")]

    operations = [migrations.RunSQL(BUILD, DROP)]
