"""Make a fresh checkout runnable, then hand over to `fms_agency.house.<command>` inside `.venv`.

Runs on a bare interpreter before anything is installed, so it imports the standard library only and is
started as a script: `python3 fms_agency/house/bootstrap.py <command>`. Read it from `main` upwards.
A set-up step that was done before is recognised and skipped.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}

COMMANDS = {
    "run": "run",
    "stop": "run",
    "demo": "run",
    "drill": "run",
    "manage": "run",
    "test": "dev",
    "check": "dev",
    "sbom": "dev",
    "bench": "dev",
    "prepare": "dev",
}

SUPPORTED = ("3.11", "3.12", "3.13")

# What WeasyPrint opens at run time, and the Debian package that brings it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONT = "fonts-morisawa-bizud-gothic"
TEST_PROGRAMS = {"chromium": "chromium", "pdftotext": "poppler-utils", "pgbouncer": "pgbouncer"}
# The driver of the browser tests is a program of its own.
TEST_LIBRARIES = {"libatomic.so.1": "libatomic1"}

STARTED = float(os.environ.pop("HOUSE_STARTED_AT", time.time()))
HEARTBEAT = 10.0


class Failure(Exception):
    """A step did not succeed; the text says which, why and what to do about it."""


def say(text: str) -> None:
    """Print one progress line with the seconds since the command was given."""
    print(f"[{time.time() - STARTED:6.1f} s] {text}", flush=True)


@contextlib.contextmanager
def step(doing: str, done: str) -> Iterator[None]:
    """Say what begins, that it still goes on every ten seconds, and how long it took."""
    begun = time.monotonic()
    over = threading.Event()

    def remind() -> None:
        while not over.wait(HEARTBEAT):
            say(f"  … {doing}: {time.monotonic() - begun:.0f} s so far")

    say(f"{doing} …")
    reminder = threading.Thread(target=remind, daemon=True)
    reminder.start()
    try:
        yield
    finally:
        over.set()
        reminder.join()
    say(f"{done} ({time.monotonic() - begun:.1f} s)")


def call(command: Sequence[object], *, failure: str, remedy: str) -> None:
    """Run a command silently; raise a Failure with its last lines when it does not succeed."""
    with tempfile.TemporaryFile(mode="w+", errors="replace") as output:
        try:
            status = subprocess.run(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        except OSError as error:
            raise Failure(f"{failure}: {error}\n  {remedy}") from error
        if status:
            output.seek(0)
            lines = [f"  | {line.rstrip()}" for line in output if line.strip()]
            raise Failure("\n".join([f"{failure} (status {status}):", *lines[-8:], f"  {remedy}"]))


# --- Python packages ----------------------------------------------------------------------------


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """What the stamp in `.venv` says: the kind of set and the digest of every lock it was made from."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if PYTHON.exists() else {}


def kind_to_install(wanted: str) -> str | None:
    """Give the set to install, or None when `.venv` already serves.

    The development set contains the run set, so it is never taken back for the sake of `make run`.
    """
    stamp = installed()
    kind = "dev" if stamp.get("kind") == "dev" else wanted
    current = {name: digest(lock) for name, lock in LOCKS.items() if name in {kind, wanted}}
    fresh = stamp.get("kind") == kind and all(
        stamp.get(name) == value for name, value in current.items()
    )
    return None if fresh else kind


def install_uv() -> Path | None:
    """Bring uv into `.tools/`; None when it cannot be had, since pip will do, only slower."""
    lock = Path(__file__).with_name("uv.txt")
    home = TOOLS / f"uv-{digest(lock)[:12]}"
    program = home / "bin" / "uv"
    if program.exists():
        return program
    fetch = (
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
        lock,
    )
    if importlib.util.find_spec("pip"):
        ways = [[[sys.executable, "-m", "pip", *fetch, "--target", home]]]
    else:
        ways = []
    ways.append(
        [
            [sys.executable, "-m", "venv", "--clear", home],
            [home / "bin" / "python", "-m", "pip", *fetch],
        ]
    )
    for way in ways:
        with contextlib.suppress(Failure):
            for command in way:
                call(command, failure="uv was not installed", remedy="pip is used instead.")
            return program if program.exists() else None
    return None


def ensure_installer() -> None:
    """See that this Python can install anything at all: Debian ships it without pip and venv."""
    if importlib.util.find_spec("pip") or importlib.util.find_spec("ensurepip"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Python's venv module by apt", "python3-venv installed"):
            apt_install(["python3-venv"])
        importlib.invalidate_caches()
    if not importlib.util.find_spec("ensurepip"):
        raise Failure(
            "This Python has neither pip nor venv, so nothing can be installed.\n"
            "  As root: apt-get install -y python3-venv; then give the command again."
        )


def sync_with_uv(uv: Path, lock: Path) -> None:
    remedy = "Is the package registry reachable? pip is tried next."
    if not PYTHON.exists():
        call(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV],
            failure="No .venv",
            remedy=remedy,
        )
    command = [uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", lock]
    call(command, failure=f"uv could not install {lock.name}", remedy=remedy)


def sync_with_pip(lock: Path) -> None:
    remedy = "See that the package registry is reachable with pip's own settings, then give the command again."
    if not (VENV / "bin" / "pip").exists():
        command: list[object] = [sys.executable, "-m", "venv", "--clear", VENV]
        call(
            command,
            failure="No .venv",
            remedy="On Debian, as root: apt-get install -y python3-venv",
        )
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call(
        [*command, "--require-hashes", "--requirement", lock],
        failure=f"pip could not install {lock.name}",
        remedy=remedy,
    )


def install_packages(kind: str) -> None:
    lock = LOCKS[kind]
    ensure_installer()
    with step(f"Python packages of {lock.name}", "Python packages installed"):
        STAMP.unlink(missing_ok=True)
        uv = install_uv()
        try:
            if uv is None:
                sync_with_pip(lock)
            else:
                sync_with_uv(uv, lock)
        except Failure as failure:
            if uv is None:
                raise
            say(f"{failure}")
            sync_with_pip(lock)
        digests = {name: digest(path) for name, path in LOCKS.items()}
        STAMP.write_text(json.dumps({"kind": kind, **digests}))


# --- System libraries ---------------------------------------------------------------------------


def opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_package(name: str) -> bool:
    """Ask dpkg; where there is none, the font may come from anywhere and is taken on trust."""
    if not shutil.which("dpkg-query"):
        return True
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout == "installed"


def missing_packages(kind: str) -> list[str]:
    missing = [package for library, package in LIBRARIES.items() if not opens(library)]
    if not has_package(FONT):
        missing.append(FONT)
    if kind == "dev":
        missing += [
            *(package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)),
            *(package for library, package in TEST_LIBRARIES.items() if not opens(library)),
        ]
    return missing


def apt_install(packages: list[str]) -> None:
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    remedy = "By hand: " + " ".join(["apt-get install -y --no-install-recommends", *packages])
    try:
        call(install, failure="apt-get install failed", remedy=remedy)
    except Failure:
        # Fresh machines have no package lists, old ones outdated lists: fetch them only when it matters.
        call([*apt, "update"], failure="apt-get update failed", remedy=remedy)
        call(install, failure="apt-get install failed", remedy=remedy)


def install_libraries(kind: str) -> None:
    """Bring what only the system can; without it papers look poor, but the house stands."""
    missing = missing_packages(kind)
    if not missing:
        return
    what = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(
            f"Missing for PDF papers and tests; as root: apt-get install -y --no-install-recommends {what}"
        )
        return
    try:
        with step(f"System packages by apt: {what}", "System packages installed"):
            apt_install(missing)
    except Failure as failure:
        say(f"{failure}\n  Going on without.")


# --- From here into the environment -------------------------------------------------------------


def use_supported_python() -> None:
    """Start again under a supported Python if this one is not and another is at hand."""
    if "{}.{}".format(*sys.version_info[:2]) in SUPPORTED:
        return
    for version in SUPPORTED:
        other = shutil.which(f"python{version}")
        if (
            other
            and subprocess.run([other, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            os.execv(other, [other, *sys.argv])
    raise Failure(
        f"Python {SUPPORTED[0]} to {SUPPORTED[-1]} is needed; `make PYTHON=/path/to/python3.11` names one."
    )


def prepare(kind: str) -> None:
    """Install what is missing. Packages and libraries come from different places, so both at once."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up in this checkout …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # First, since it may need apt itself.
        to_install = kind_to_install(kind)
        if to_install:
            ensure_installer()
        libraries = threading.Thread(target=install_libraries, args=[kind])
        libraries.start()
        try:
            if to_install:
                install_packages(to_install)
        finally:
            libraries.join()


def hand_over(command: str, arguments: list[str]) -> NoReturn:
    environment = {**os.environ, "HOUSE_STARTED_AT": str(STARTED)}
    module = f"fms_agency.house.{command}"
    os.execve(PYTHON, [str(PYTHON), "-m", module, *arguments], environment)


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: bootstrap.py {{{','.join(COMMANDS)}}} [arguments]")
        return 2
    # uv neither reads the system's certificates nor asks before it downloads a Python, unless told.
    os.environ.update(UV_SYSTEM_CERTS="1", UV_PYTHON_DOWNLOADS="never")
    os.chdir(ROOT)
    command, *rest = arguments
    try:
        use_supported_python()
        prepare(COMMANDS[command])
    except Failure as failure:
        say(f"Stopped. {failure}")
        return 1
    except OSError as error:
        say(f"Stopped. {error}\n  Does this checkout belong to another user, or is the disk full?")
        return 1
    except KeyboardInterrupt:
        say("Stopped by you.")
        return 130
    if command == "prepare":
        say("Everything is in place.")
        return 0
    hand_over(command, rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
