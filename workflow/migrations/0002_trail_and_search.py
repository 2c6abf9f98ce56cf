"""The trail refuses UPDATE, DELETE and TRUNCATE; two functions cut text into bigrams for search.

Core PostgreSQL has no word parser for Japanese: pairs of characters are found in any language.
The bodies are bound when they are defined: index builds run with an empty search path.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION workflow_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER workflow_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON workflow_entry FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
CREATE TRIGGER workflow_signature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON workflow_signature FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
ALTER TABLE workflow_signature ADD CONSTRAINT workflow_signature_maker_as_on_file
    FOREIGN KEY (file_id, prepared_by) REFERENCES workflow_approvalfile (id, prepared_by);
"""
ALLOW = """
ALTER TABLE workflow_signature DROP CONSTRAINT workflow_signature_maker_as_on_file;
DROP TRIGGER workflow_signature_append_only ON workflow_signature;
DROP TRIGGER workflow_entry_append_only ON workflow_entry;
DROP FUNCTION workflow_refuse_change();
"""

FIND = r"""
CREATE FUNCTION fms_fold(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(normalize(coalesce(written, ''), NFKC));

CREATE FUNCTION fms_bigrams(one text, other text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT array_to_tsvector(coalesce(array_agg(DISTINCT substr(t, i, 2)), '{}'))
    FROM (SELECT fms_fold(one) || ' ' || fms_fold(other) AS t) AS folded,
         generate_series(1, length(t)) AS i
);

CREATE FUNCTION fms_bigram_query(word text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT string_agg(
        '''' || replace(replace(part, '\', '\\'), '''', '''''') || ''''
        || CASE WHEN length(t) = 1 THEN ':*' ELSE '' END, ' & ')::tsquery
    FROM (SELECT fms_fold(word) AS t) AS folded,
         generate_series(1, greatest(length(t) - 1, 1)) AS i,
         substr(t, i, 2) AS part
);
"""
FORGET = """
DROP FUNCTION fms_bigram_query(text);
DROP FUNCTION fms_bigrams(text, text);
DROP FUNCTION fms_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW), migrations.RunSQL(FIND, FORGET)]
