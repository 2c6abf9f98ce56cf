"""Run the Dockerfile's steps in a Debian chroot, where no container engine is at hand: `make image-steps`.

Needs root and debootstrap. What cannot be tried this way: layers, health check intervals, the real base image
(a chroot of the same Debian release with its Python stands in for it). All stages share one chroot.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASE_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
BASE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NAMES_IN_BASE_IMAGE = {"python": "python3"}


def instructions() -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined and comments left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


def ignored(folder: str, names: list[str]) -> set[str]:
    """What `.dockerignore` leaves out, for the few kinds of pattern ours has."""
    patterns = [p for p in (ROOT / ".dockerignore").read_text().splitlines() if p and p[0] != "#"]
    inside = Path(folder).relative_to(ROOT)
    here = [p.removeprefix("**/") for p in patterns if p.startswith("**/") or inside == Path()]
    return {name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in here)}


def unmount(place: Path) -> None:
    subprocess.run(["umount", "--lazy", place], check=False)


class Chroot:
    """A Debian root the steps run in."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root = root
        self.environment = {"PATH": BASE_PATH, "HOME": "/root"}
        self.folder = "/"
        self.user = "root"
        release = re.search(
            r"^FROM python:\S+-slim-(\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE
        )
        assert release, "the base image names no Debian release"
        packages = f"--include={BASE_PACKAGES}"
        subprocess.run(["debootstrap", "--variant=minbase", packages, release[1], root], check=True)
        # The Python of the base image is its own, not Debian's, and lets itself be installed into.
        for mark in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
            mark.unlink()
        for name, target in NAMES_IN_BASE_IMAGE.items():
            (root / "usr/local/bin" / name).symlink_to(f"/usr/bin/{target}")
        for source in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
            shutil.copy(source, root / source.lstrip("/"))
        # debootstrap has made the few devices needed; the machine's own /dev stays out of a folder
        # that is deleted in the end.
        subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
        stack.callback(unmount, root / "proc")

    def command(self, *words: str) -> list[str]:
        inside = f"cd {shlex.quote(self.folder)} && exec {shlex.join(words)}"
        return ["chroot", f"--userspec={self.user}", str(self.root), "sh", "-c", inside]

    def follow(self, word: str, rest: str) -> None:
        """Do what one instruction says; those that only describe the container are skipped."""
        if word == "RUN":
            command = self.command("sh", "-c", rest)
            subprocess.run(command, env=self.environment, check=True)
        elif word == "ENV":
            for name, value in (part.split("=", 1) for part in shlex.split(rest)):
                self.environment[name] = value.replace("$PATH", self.environment["PATH"])
        elif word == "WORKDIR":
            self.folder = rest
            (self.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "USER":
            self.user = rest
        elif word == "COPY" and not rest.startswith("--from"):
            self.copy(*rest.split())

    def copy(self, *words: str) -> None:
        *sources, target = words
        place = self.root / os.path.join(self.folder, target).lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        for source in sources:
            path = ROOT / source
            if path.is_dir():
                shutil.copytree(path, place, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy(path, place)


def main() -> int:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("image-steps needs root and debootstrap: apt-get install -y debootstrap")
        return 1
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="image-")))
        root.chmod(0o755)
        chroot = Chroot(root, stack)
        for word, rest in instructions():
            begun = time.monotonic()
            print(f"--> {word} {rest[:100]}", flush=True)
            chroot.follow(word, rest)
            print(f"    {time.monotonic() - begun:.1f} s", flush=True)
        # The proof that what was built can be loaded by the user it runs as.
        unused = {
            "SECRET_KEY": "x",
            "DATABASE_URL": "postgres://x@x/x",
            "CELERY_BROKER_URL": "memory://",
        }
        load = chroot.command("python", "-c", "import fms_agency.wsgi; print('The image loads.')")
        subprocess.run(load, env=chroot.environment | unused, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
