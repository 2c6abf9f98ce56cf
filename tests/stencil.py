"""The tables of the tests are built once, in a database of its own, and copied from there.

By each worker of a run, and by each run on the same servers, until a migration changes.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

PREFIX, HALF = "stencil_", "stencil_half"


def name() -> str:
    """One name for one set of migrations, ours and those of what is installed."""
    digest = hashlib.sha256()
    for found in sorted(f"{one.name} {one.version}" for one in distributions()):
        digest.update(found.encode())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        digest.update(repr(key).encode())
        digest.update(Path(str(sys.modules[migration.__module__].__file__)).read_bytes())
    return f"{PREFIX}{digest.hexdigest()[:16]}"


def built() -> str:
    """The name of the database to copy, which is there now. One worker builds, the others wait."""
    wanted = name()
    with connection._nodb_cursor() as server:
        server.execute("SET lock_timeout = 0")  # building takes longer than a statement may wait
        server.execute("SET statement_timeout = 0")
        server.execute("SELECT pg_advisory_lock(hashtext('stencil'))")
        server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'stencil_%%'", [])
        known = {database for (database,) in server.fetchall()}
        if wanted not in known:
            for old in known:
                server.execute(f"DROP DATABASE {old} WITH (FORCE)")
            _build(server, wanted)
    return wanted


def _build(server: Any, wanted: str) -> None:
    """Under another name until it is whole: a run that dies leaves half a stencil to nobody."""
    server.execute(f"CREATE DATABASE {HALF}")
    usual = connection.settings_dict["NAME"]
    try:
        _lead_to(HALF)
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        _lead_to(usual)
    server.execute(f"ALTER DATABASE {HALF} RENAME TO {wanted}")


def _lead_to(database: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = database
