"""The processes of a house: started in order, watched, stopped in the opposite order.

Each runs in a process group of its own, so that Ctrl-C in a terminal reaches the launcher only, and the
launcher decides who goes first. What runs is written down, so that the next start finds and ends what a
killed launcher left behind.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fms_agency.house.bootstrap import ROOT, Failure, say
from fms_agency.house.places import write_private

Process = subprocess.Popen[bytes]

FALLS_ALLOWED = 3
FALLS_WITHIN = 60.0


@dataclass
class Service:
    """One long-running program: how to start it (and wait until it answers), and how to ask it to go."""

    name: str
    start: Callable[[], Process]
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0
    process: Process | None = None
    falls: deque[float] = field(default_factory=lambda: deque(maxlen=FALLS_ALLOWED))

    def fell_too_often(self, now: float) -> bool:
        self.falls.append(now)
        return len(self.falls) == FALLS_ALLOWED and now - self.falls[0] < FALLS_WITHIN


class Crew:
    """Everything one launcher has started."""

    def __init__(self, record: Path) -> None:
        self.record = record
        self.services: list[Service] = []
        self.end_orphans()

    def add(self, service: Service) -> None:
        self.services.append(service)
        self._start(service)

    def mend(self) -> bool:
        """Start again what has died and say whether anything had.

        Raises a Failure when something dies again and again.
        """
        mended = False
        for service in self.services:
            if service.process is None or service.process.poll() is None:
                continue
            status = service.process.returncode
            if service.fell_too_often(time.monotonic()):
                raise Failure(
                    f"{service.name} ended {FALLS_ALLOWED} times within {FALLS_WITHIN:.0f} s "
                    f"(status {status}).\n  Its last lines, above or in var/log/, say why."
                )
            say(f"{service.name} ended by itself (status {status}); starting it again.")
            # What it may have left in its group would quarrel with its successor.
            signal_group(service.process.pid, signal.SIGKILL)
            self._start(service)
            mended = True
        return mended

    def stop(self) -> None:
        """Stop everything, the last started first, nobody longer than its patience."""
        while self.services:
            service = self.services.pop()
            if service.process is not None:
                stop_process(service.process, service.stop_signal, service.patience)
        self.record.unlink(missing_ok=True)

    def pids(self) -> dict[str, int]:
        return {service.name: service.process.pid for service in self.services if service.process}

    def end_orphans(self) -> None:
        """End what a launcher that was killed has left running."""
        try:
            left: dict[str, dict[str, Any]] = json.loads(self.record.read_text())
        except (OSError, ValueError):
            return
        for name, entry in reversed(left.items()):
            pid = int(entry["pid"])
            if entry["born"] is not None and birth(pid) == entry["born"]:
                say(f"{name} was left over by an earlier start; ending it.")
                end_stranger(pid, int(entry["stop_signal"]), float(entry["patience"]))
        self.record.unlink(missing_ok=True)

    def _start(self, service: Service) -> None:
        service.process = service.start()
        entries = {
            other.name: {
                "pid": other.process.pid,
                "born": birth(other.process.pid),
                "stop_signal": int(other.stop_signal),
                "patience": other.patience,
            }
            for other in self.services
            if other.process
        }
        write_private(self.record, json.dumps(entries, indent=1))


def birth(pid: int) -> str | None:
    """When a living process began, in clock ticks since boot: a pid alone may have been given away again."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    state, started = fields[0], fields[19]
    return None if state in {"Z", "X"} else started


def launch(command: Sequence[object], **options: Any) -> Process:
    """Start a program in a process group of its own, away from the terminal."""
    words = [str(word) for word in command]
    return subprocess.Popen(
        words, stdin=subprocess.DEVNULL, process_group=0, **{"cwd": ROOT, **options}
    )


def launch_labelled(label: str, command: Sequence[object], environment: dict[str, str]) -> Process:
    """Start a program and print its lines behind its label."""
    process = launch(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    threading.Thread(target=relay, args=[label, process.stdout], daemon=True).start()
    return process


def launch_logged(
    label: str, command: Sequence[object], environment: dict[str, str], folder: Path
) -> Process:
    """Start a program whose lines go to a file of its own."""
    with (folder / f"{label}.log").open("ab") as log:
        return launch(command, env=environment, stdout=log, stderr=log)


def relay(label: str, output: IO[bytes]) -> None:
    """Copy lines behind a label; keep reading when nobody listens, or the program would stand still."""
    with output:
        for line in output:
            try:
                # One write per line, so that lines of several programs do not run into each other.
                sys.stdout.write(f"{label:<6} | {line.decode(errors='replace').rstrip()}\n")
                sys.stdout.flush()
            except (OSError, ValueError):
                continue


def stop_process(process: Process, stop_signal: int, patience: float) -> None:
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            say(f"Process {process.pid} did not stop within {patience:.0f} s; ending it.")
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def end_stranger(pid: int, stop_signal: int, patience: float) -> None:
    """End a process that is not our child."""
    os.kill(pid, stop_signal)
    limit = time.monotonic() + patience
    while birth(pid) and time.monotonic() < limit:
        time.sleep(0.1)
    signal_group(pid, signal.SIGKILL)


def signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # Nobody is left in it; on some systems a group of zombies answers "not permitted".
        return
