"""`trail verify | prove | check | export | open-epoch | reattest`: the sealed trail from a shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflow.models import Entry
from workflow.seal import attest, epochs, proof, telling
from workflow.seal.note import BadNote, PublicKey
from workflow.seal.tree import BadProof
from workflow.seal.verify import verify


@dataclass(frozen=True)
class Operator:
    """Whoever sits at the shell, by the name they give."""

    actor_name: str
    actor_id: str = "operator"


class Command(BaseCommand):
    help = "Verify the sealed trail, prove single lines of it, hand it to others."
    requires_system_checks: list[str] = []  # `check` works where there is no database

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        look = what.add_parser(
            "verify", help="look through everything; exit 1 if anything is wrong"
        )
        look.add_argument(
            "--from-files",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="checkpoints that somebody else has kept, which must be ours too",
        )
        one = what.add_parser("prove", help="write the proof of one entry")
        one.add_argument("entry", help="id or uid of the entry")
        one.add_argument("--to", type=Path, help="file to write (otherwise it is printed)")
        file = what.add_parser("check", help="check a proof file with the public key alone")
        file.add_argument("file", type=Path)
        file.add_argument("--key", required=True, help="name+keyid+base64, or a file with it")
        everything = what.add_parser("export", help="the whole log, one JSON object a line")
        everything.add_argument("--to", type=Path)
        for name, words in (
            ("open-epoch", "after a restore: let the sealer go on in this cluster"),
            ("reattest", "after a restore without triggers: take rows for what they are now"),
        ):
            act = what.add_parser(name, help=words)
            act.add_argument("--reason", required=True)
            act.add_argument("--by", required=True, help="your name, as the trail shall keep it")
            if name == "reattest":
                act.add_argument("tables", nargs="*", help="tables (otherwise all)")

    def handle(self, *, what: str, **options: Any) -> None:
        acts: dict[str, Callable[..., None]] = {
            "verify": self.verify,
            "prove": self.prove,
            "check": self.check_proof,
            "export": self.export,
            "open-epoch": self.open_epoch,
            "reattest": self.reattest,
        }
        acts[what](**options)

    def verify(self, *, from_files: list[Path], **options: Any) -> None:
        begun = monotonic()
        report = verify(outside=tuple(from_files))
        for finding in report.findings:
            self.stdout.write(f"WRONG {finding}")
        counted = ", ".join(f"{count} {name}" for name, count in sorted(report.counts.items()))
        self.stdout.write(f"Looked at {counted} in {monotonic() - begun:.1f} s.")
        if not report.is_good:
            raise CommandError(f"The trail does not fit: {len(report.findings)} findings.")
        self.stdout.write("The trail fits.")

    def prove(self, *, entry: str, to: Path | None, **options: Any) -> None:
        key: dict[str, Any] = {"pk": int(entry)} if entry.isdecimal() else {"uid": _uid(entry)}
        try:
            made = telling.prove(Entry.objects.get(**key))
        except Entry.DoesNotExist:
            raise CommandError(f"There is no entry {entry}.") from None
        except telling.NotSealed as refusal:
            raise CommandError(str(refusal)) from None
        self._give(json.dumps(made, ensure_ascii=False, indent=1) + "\n", to)

    def check_proof(self, *, file: Path, key: str, **options: Any) -> None:
        written = Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key
        try:
            made = json.loads(file.read_text(encoding="utf-8"))
            head = proof.check(made, PublicKey.read(written))
        except (BadProof, BadNote, ValueError, OSError) as fault:
            raise CommandError(f"{file.name} proves nothing: {fault}") from None
        self.stdout.write(made["body"])
        self.stdout.write(
            f"This line stands at place {made['index']} of {head.size} under the signed head "
            f"{head.root.hex()} ({', '.join(head.more)})."
        )

    def export(self, *, to: Path | None, **options: Any) -> None:
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in telling.export())
        if to is None:
            sys.stdout.writelines(lines)
            return
        with to.open("w", encoding="utf-8") as file:
            file.writelines(lines)

    def open_epoch(self, *, by: str, reason: str, **options: Any) -> None:
        epoch = epochs.open_epoch(by=Operator(by), reason=reason)
        self.stdout.write(f"Epoch {epoch.number} goes on from checkpoint {epoch.checkpoints}.")

    def reattest(self, *, by: str, reason: str, tables: list[str], **options: Any) -> None:
        counts = attest.reattest(tables, by=Operator(by), reason=reason)
        self.stdout.write(f"{sum(counts.values())} rows attested anew.")

    def _give(self, text: str, to: Path | None) -> None:
        if to is None:
            self.stdout.write(text)
        else:
            to.write_text(text, encoding="utf-8")


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"“{text}” is neither an id nor a uid.") from None
