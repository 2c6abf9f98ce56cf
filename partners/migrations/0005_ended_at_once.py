"""A role that was ended at once, on its first day or before, takes no day: an empty range."""

from typing import ClassVar

from django.db import migrations

ROOM = """
ALTER TABLE partners_membership DROP CONSTRAINT partners_membership_stands_alone;
ALTER TABLE partners_membership ADD CONSTRAINT partners_membership_stands_alone EXCLUDE USING gist (
    partners_people(person_id, person_id, '[]') WITH &&,
    {days} WITH &&,
    (CASE WHEN role IN ('auditor', 'security_officer', 'system_administrator')
        THEN int8range(NULL, NULL) ELSE int8range(id, id, '[]') END) WITH &&
);
"""
BUILD = ROOM.format(days="daterange(valid_from, valid_to + 1, '[)')")
TEAR_DOWN = ROOM.format(days="daterange(valid_from, valid_to, '[]')")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("partners", "0004_ended_at_once_and_invited")]

    operations: ClassVar = [migrations.RunSQL(BUILD, TEAR_DOWN)]
