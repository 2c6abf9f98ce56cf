"""Nobody holds a role that stands alone together with another on one day, whoever writes the row.

Each row takes room among its holder's: a role that stands alone takes all of it, any other only
its own number. Two rows whose rooms overlap share no day. GiST of core PostgreSQL compares ranges
and no plain identifiers, so a person is a range of one.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

BUILD = """
CREATE TYPE partners_people AS RANGE (SUBTYPE = uuid);

ALTER TABLE partners_membership ADD CONSTRAINT partners_membership_stands_alone EXCLUDE USING gist (
    partners_people(person_id, person_id, '[]') WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&,
    (CASE WHEN role IN ('auditor', 'security_officer', 'system_administrator')
        THEN int8range(NULL, NULL) ELSE int8range(id, id, '[]') END) WITH &&
);
"""
TEAR_DOWN = """
ALTER TABLE partners_membership DROP CONSTRAINT partners_membership_stands_alone;
DROP TYPE partners_people;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("partners", "0002_granted")]

    operations: ClassVar = [migrations.RunSQL(BUILD, TEAR_DOWN)]
