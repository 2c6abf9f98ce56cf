"""Where a set of embedded servers keeps its data and its sockets, and under whose name it runs.

PostgreSQL refuses to run as root, so root's servers run as `nobody`; whatever `nobody` cannot reach
(a checkout below root's own home) is kept in a state folder of the machine instead.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import secrets
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fms_agency.house.bootstrap import ROOT, Failure, say

VAR = ROOT / "var"
STATE = Path("/var/lib/fms-agency")  # used by root only, see `Place.servers_data`

# sun_path holds 107 bytes; the longest name below a socket folder is "/pg/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 107 - len("/pg/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Account:
    """The user a server runs as."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def process(self) -> dict[str, Any]:
        """Arguments for `subprocess` that start a process under this account."""
        return {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, folder: Path) -> bool:
        """Whether every folder on the way may be passed. Access lists are not read: they count as no."""
        return self.is_ours or all(
            path.stat().st_mode & stat.S_IXOTH for path in [folder, *folder.parents]
        )


def server_account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@dataclass(frozen=True)
class Place:
    """One set of servers: the house's own below `var/`, the tests' below `var/test/<n>/`."""

    var: Path
    account: Account

    @property
    def key(self) -> str:
        """A short name no other checkout, user or set of servers has."""
        return hashlib.sha256(f"{self.var} {os.geteuid()}".encode()).hexdigest()[:12]

    @cached_property
    def sockets(self) -> Path:
        """A folder short enough for socket paths, which everybody may pass and only we may list."""
        for base in self._socket_bases():
            folder = base / f"fms-{self.key}"
            if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and self.account.can_reach(base):
                return own_folder(folder, 0o711)
        raise Failure(
            "No folder for sockets was found.\n  Set XDG_RUNTIME_DIR or TMPDIR to a short path you may write to."
        )

    @cached_property
    def servers_data(self) -> Path:
        """The folder below which the servers' account may keep its data."""
        make_var(self.var)
        if self.account.can_reach(self.var):
            return self.var
        say(
            f"The account `nobody` may not enter {self.var}; PostgreSQL's data goes to {STATE / self.key}."
        )
        return make_var(STATE / self.key)

    def log(self, name: str) -> Path:
        folder = self.var / "log"
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.log"

    def secret(self, name: str, *, renew: bool = False) -> str:
        """A random word kept beside the data it opens, made when first asked for."""
        path = self.servers_data / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if renew or name not in known:
            known[name] = secrets.token_urlsafe(32)
            write_private(path, json.dumps(known, indent=1))
        return known[name]

    def _socket_bases(self) -> list[Path]:
        named = [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"]
        return [Path(base) for base in named if base and os.access(base, os.W_OK | os.X_OK)]


def house_place() -> Place:
    return Place(VAR, server_account())


def make_var(folder: Path) -> Path:
    """Make a folder others may pass but not list, whatever the umask says."""
    if not folder.is_dir():
        make_var(folder.parent)
        folder.mkdir()
        folder.chmod(0o711)
    return folder


def own_folder(folder: Path, mode: int, account: Account | None = None) -> Path:
    """Make a folder and see that it is ours: in a shared folder somebody may have put it there first."""
    folder.mkdir(mode=mode, exist_ok=True)
    if not stat.S_ISDIR(folder.lstat().st_mode) or folder.lstat().st_uid not in {
        os.geteuid(),
        account and account.uid,
    }:
        raise Failure(
            f"{folder} belongs to somebody else.\n  Remove it, or set XDG_RUNTIME_DIR to a folder of your own."
        )
    folder.chmod(mode)
    if account and not account.is_ours:
        os.chown(folder, account.uid, account.gid)
    return folder


def write_private(path: Path, content: str) -> None:
    """Write a file only we may read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    draft.replace(path)
