"""Building the walls: functions, grants and policies, from what the models declare.

Runs as the owner after each migration and always builds the whole, so that a declaration that
has changed leaves nothing of the old one behind. The rules behind it: a policy compares one
column with one constant; there is one policy per role; a function that sees more than its caller
has a fixed search path and hands out ids only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from psycopg import sql

from workflow.walls import AUDIENCES, Wall, key_blocks, wall_of

MOST_FOUND = 2000
CHANGES = ("INSERT", "UPDATE", "DELETE")
COMMANDS = ("SELECT", *CHANGES)

CONTEXT = """
CREATE TABLE IF NOT EXISTS workflow_contextkey (
    id integer PRIMARY KEY CHECK (id = 1), inner_block bytea NOT NULL, outer_block bytea NOT NULL
);

CREATE OR REPLACE FUNCTION fms_context() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, public AS $$
DECLARE
    written text := NULLIF(current_setting('app.ctx', true), '');
    parts text[] := string_to_array(written, '|');
    key public.workflow_contextkey;
BEGIN
    IF written IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO key FROM public.workflow_contextkey;
    IF array_length(parts, 1) IS DISTINCT FROM 5
        OR encode(sha256(key.outer_block || sha256(key.inner_block
            || convert_to(array_to_string(parts[1:4], '|'), 'UTF8'))), 'hex') <> parts[5]
        OR parts[4]::bigint < extract(epoch FROM statement_timestamp())
    THEN
        RAISE EXCEPTION 'bad context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN parts;
END $$;

CREATE OR REPLACE FUNCTION fms_is(audience text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT said[1] = audience FROM fms_context() AS said);

CREATE OR REPLACE FUNCTION fms_scope(audience text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN said[1] = audience THEN said[2] END FROM fms_context() AS said);

CREATE OR REPLACE FUNCTION fms_actor(audience text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN said[1] = audience THEN said[3] END FROM fms_context() AS said);
"""

FOUND = """
CREATE OR REPLACE FUNCTION {function}(words text[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, public AS $$
DECLARE
    said text[] := fms_context();
    query tsquery := (SELECT string_agg(fms_bigram_query(word)::text, ' & ')::tsquery
                      FROM unnest(words) AS word);
    any_word tsquery := (SELECT string_agg('(' || fms_bigram_query(word)::text || ')', ' | ')::tsquery
                         FROM unnest(words) AS word);
    is_named boolean := EXISTS ({named});
BEGIN
    IF said[1] IN ('staff', 'house') THEN
        {everything}
    {branches}
    END IF;
END $$;
"""
BRANCH = """ELSIF said[1] = {audience} THEN
        {own}"""
# Most words are in no name: then the index over number and title answers alone.
ANSWER = """IF is_named THEN
            RETURN QUERY {either};
        ELSE
            RETURN QUERY {titled};
        END IF;"""
NOTHING = "SELECT WHERE false"
OWN = "row.{column} = said[2]::{type}"
FIND = """SELECT found.id FROM ({parts}) AS found ORDER BY found.opened_at DESC LIMIT {most}"""
# Every word stands in number and title ...
TITLED = """SELECT row.id, row.opened_at FROM {table} AS row
        WHERE fms_bigrams(row.number, row.title) @@ query AND {scope} AND NOT EXISTS (
            SELECT FROM unnest(words) AS word
            WHERE position(fms_fold(word) IN fms_fold(row.number || ' ' || row.title)) = 0)"""
# ... or some stand in the name of something that is bought, and the others beside it.
NAMING = """SELECT named.id FROM ({names}) AS named(id, ja, en)
        WHERE fms_bigrams(named.ja, named.en) @@ any_word AND EXISTS (
            SELECT FROM unnest(words) AS word
            WHERE position(fms_fold(word) IN fms_fold(named.ja || ' ' || named.en)) > 0)"""
NAMED = """SELECT row.id, row.opened_at FROM {table} AS row
        WHERE row.id IN ({naming})
        AND {scope} AND (cardinality(words) = 1 OR NOT EXISTS (
            SELECT FROM unnest(words) AS word
            WHERE position(fms_fold(word) IN fms_fold(row.number || ' ' || row.title || ' ' || (
                SELECT string_agg(named.ja || ' ' || named.en, ' ')
                FROM ({names}) AS named(id, ja, en) WHERE named.id = row.id))) = 0))"""


def build() -> None:
    """Build every wall in one transaction. Raises `ImproperlyConfigured` where roles are missing."""
    with transaction.atomic(), connection.cursor() as cursor:
        _check_roles(cursor)
        cursor.execute(CONTEXT)
        cursor.execute(
            "INSERT INTO workflow_contextkey VALUES (1, %s, %s) ON CONFLICT (id)"
            " DO UPDATE SET inner_block = excluded.inner_block, outer_block = excluded.outer_block",
            key_blocks(),
        )
        for statement in statements():
            cursor.execute(statement)


def statements() -> Iterator[sql.Composable]:
    roles = sql.SQL(", ").join(_role(audience) for audience in AUDIENCES)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(roles)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(roles)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO fms_house, fms_entrance")
    for model in walled_models():
        wall = wall_of(model)
        if wall is not None:
            yield from _wall(model, wall)


def walled_models() -> list[type[models.Model]]:
    """Every table of the house, those between two models included."""
    return sorted(apps.get_models(include_auto_created=True), key=lambda m: m._meta.db_table)


def _check_roles(cursor: Any) -> None:
    wanted = [f"fms_{audience}" for audience in AUDIENCES]
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [wanted])
    missing = sorted(set(wanted) - {name for (name,) in cursor.fetchall()})
    if missing:
        raise ImproperlyConfigured(
            f"PostgreSQL has no role {', '.join(missing)}: run deploy/postgres/roles.sql as its superuser."
        )


def _role(audience: str) -> sql.Identifier:
    return sql.Identifier(f"fms_{audience}")


def _wall(model: type[models.Model], wall: Wall) -> Iterator[sql.Composable]:
    table = sql.Identifier(model._meta.db_table)
    yield sql.SQL(
        "ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        if wall.is_walled
        else "ALTER TABLE {} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
    ).format(table)
    for audience in AUDIENCES:
        rules = _rules(model, wall, audience)
        for command in COMMANDS:
            policy = sql.Identifier(f"{audience}_{command.lower()}")
            yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(policy, table)
            if command not in rules:
                continue
            yield sql.SQL(f"GRANT {command} ON {{}} TO {{}}").format(table, _role(audience))
            if wall.is_walled:
                check = "WITH CHECK" if command == "INSERT" else "USING"
                yield sql.SQL(
                    f"CREATE POLICY {{}} ON {{}} FOR {command} TO {{}} {check} ({{}})"
                ).format(policy, table, _role(audience), rules[command])
    if wall.search:
        yield _found(model, wall)


def _rules(model: type[models.Model], wall: Wall, audience: str) -> dict[str, sql.Composable]:
    """For each command an audience may give, the one comparison that its rows pass."""
    everything = sql.SQL("(SELECT fms_is({}))").format(sql.Literal(audience))
    if audience == "house":
        return dict.fromkeys(["SELECT", "INSERT"] if wall.append_only else COMMANDS, everything)
    found: dict[str, sql.Composable] = {}
    own = _own(model, wall, audience)
    if audience in wall.readers:
        found["SELECT"] = everything
    elif own is not None:
        found["SELECT"] = own
    if audience in wall.writers:
        found |= dict.fromkeys(CHANGES, everything)
    elif wall.keeps and own is not None:
        found |= dict.fromkeys(CHANGES, own)
    return found


def _own(model: type[models.Model], wall: Wall, audience: str) -> sql.Composable | None:
    """The comparison of one column with the context, where the table has such a column."""
    if column := {"partner": wall.partner, "supplier": wall.supplier}.get(audience):
        return _fits(model, column, "fms_scope", audience)
    if wall.own and audience != "entrance":
        return _fits(model, wall.own, "fms_actor", audience)
    return None


def _fits(model: type[models.Model], column: str, function: str, audience: str) -> sql.Composed:
    return sql.SQL("{} = (SELECT {}({})::{})").format(
        sql.Identifier(column),
        sql.Identifier(function),
        sql.Literal(audience),
        _type(model, column),
    )


def _type(model: type[models.Model], column: str) -> sql.SQL:
    found = next(f for f in model._meta.concrete_fields if f.column == column)
    return sql.SQL("uuid" if str(found.db_type(connection)).startswith("uuid") else "text")


def _found(model: type[models.Model], wall: Wall) -> sql.Composed:
    scopes = {"partner": wall.partner, "supplier": wall.supplier}
    branches = sql.SQL("\n    ").join(
        sql.SQL(BRANCH).format(
            audience=sql.Literal(audience),
            own=_finding(
                model,
                wall,
                sql.SQL(OWN).format(column=sql.Identifier(column), type=_type(model, column)),
            ),
        )
        for audience, column in scopes.items()
        if column
    )
    return sql.SQL(FOUND).format(
        function=sql.Identifier(f"{model._meta.db_table}_found"),
        named=_naming(model, wall),
        everything=_finding(model, wall, sql.SQL("true")),
        branches=branches,
    )


def _finding(model: type[models.Model], wall: Wall, scope: sql.Composable) -> sql.Composed:
    table = sql.Identifier(model._meta.db_table)
    titled = sql.SQL(TITLED).format(table=table, scope=scope)
    if not wall.names:
        return sql.SQL("RETURN QUERY {};").format(_newest(titled))
    names, naming = sql.SQL(names_of(model, wall)), _naming(model, wall)
    named = sql.SQL(NAMED).format(table=table, scope=scope, names=names, naming=naming)
    either = sql.SQL("{} UNION {}").format(titled, named)
    return sql.SQL(ANSWER).format(either=_newest(either), titled=_newest(titled))


def _newest(rows: sql.Composable) -> sql.Composed:
    return sql.SQL(FIND).format(parts=rows, most=sql.Literal(MOST_FOUND))


def _naming(model: type[models.Model], wall: Wall) -> sql.Composable:
    """Ids of the rows in whose names one of the words stands."""
    if not wall.names:
        return sql.SQL(NOTHING)
    return sql.SQL(NAMING).format(names=sql.SQL(names_of(model, wall)))


def names_of(model: type[models.Model], wall: Wall) -> LiteralString:
    """The query for a row's id and each pair of names that belongs to it."""
    rows = model._default_manager.filter(**{f"{wall.names}__isnull": False}).order_by()
    named = rows.values_list("pk", f"{wall.names}__name_ja", f"{wall.names}__name_en")
    text, () = named.query.sql_with_params()  # nothing is compared with a value
    return text
