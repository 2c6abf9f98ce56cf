"""Bring the texts, the database and the demo world up to date, all in one process.

Importing Django and the rooms takes seconds, so the commands share it; and when nothing they read has
changed since they last succeeded, the launcher skips this module altogether (`is_furnished`).
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

from fms_agency.house.bootstrap import ROOT, Failure, say, step
from fms_agency.house.places import VAR, write_private

STAMP = VAR / "furnished"
ACCOUNTS = VAR / "demo_accounts.txt"
LOG = VAR / "log" / "furnish.log"
READ = {".py", ".po", ".mo", ".json", ".csv", ".toml", ".yaml", ".yml"}
NOT_READ = {"var", "tests", "docs", "staticfiles", "node_modules"}


def sources() -> Iterator[Path]:
    """Every file of the checkout the commands may read."""
    for folder in sorted(path for path in ROOT.iterdir() if path.is_dir()):
        if folder.name not in NOT_READ and not folder.name.startswith("."):
            yield from sorted(
                path for path in folder.rglob("*") if path.suffix in READ and path.is_file()
            )


def fingerprint(environment: Mapping[str, str]) -> str:
    """A digest of those files and of what else the results depend on.

    A new cluster has a new password in its address; the accounts are listed with the house's address.
    """
    names = ("DATABASE_URL", "PUBLIC_URL", "DEMO")
    digest = hashlib.sha256("\n".join(environment[name] for name in names).encode())
    for path in sources():
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size} ".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_furnished(environment: Mapping[str, str]) -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint(environment)


def furnish(*, remember: bool) -> None:
    """Run the commands. `remember` only a database of our own: another may change behind our back."""
    write_private(ACCOUNTS, bring_up_to_date())
    if remember:
        write_private(STAMP, fingerprint(os.environ))


def bring_up_to_date() -> str:
    """Texts, tables, reference data and demo world; returns the list of demo accounts."""
    with step("Loading the rooms", "Rooms loaded"):
        load()
    with step("Texts", "Texts compiled"):
        command("compile_texts")
    with step("Database tables", "Database tables up to date"):
        command("migrate", interactive=False, verbosity=0)
    with step("Reference data", "Reference data loaded"):
        command("load_reference")
    if os.environ["DEMO"] != "1":
        return ""
    with step("Demo world", "Demo world in place"):
        command("demo_world")
    return command("demo_accounts")


def load() -> None:
    import django  # slow, and the launcher imports this module without furnishing

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fms_agency.settings")
    try:
        django.setup()
    except Exception as error:
        raise explained("Django does not load", error) from error


def command(name: str, **options: object) -> str:
    """Run one management command and return what it printed."""
    from django.core.management import call_command  # see load

    output = io.StringIO()
    try:
        call_command(name, stdout=output, stderr=output, **options)
    except Exception as error:
        raise explained(f"`manage.py {name}` failed", error, output.getvalue()) from error
    return output.getvalue()


def explained(what: str, error: Exception, output: str = "") -> Failure:
    """One line for the terminal, the whole story for the log."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text(output + traceback.format_exc())
    return Failure(
        f"{what}: {type(error).__name__}: {error}\n  {LOG.relative_to(ROOT)} has the details."
    )


def main(arguments: list[str]) -> int:
    try:
        furnish(remember="--remember" in arguments)
    except Failure as failure:
        say(f"{failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
