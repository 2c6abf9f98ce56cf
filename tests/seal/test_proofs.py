"""T14: an outsider is convinced by the proof alone, by our check and by the second verifier; not by
anything else."""

from __future__ import annotations

import copy
import importlib.util
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from io import StringIO
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.house.code import ROOT
from tests.seal.conftest import seal_all
from workflow.models import Entry, Leaf
from workflow.rights import SYSTEM
from workflow.seal import keys, proof
from workflow.seal.note import BadNote, Head, PublicKey, SigningKey
from workflow.seal.sealer import Sealer
from workflow.seal.tree import BadProof, inclusion_path, leaf_hash, root_of
from workflow.trail import record

SCRIPT = ROOT / "deploy" / "verify_trail.py"
SEED = SystemRandom().randrange(10**6)
LOGS = Path(__file__).parent / "logs"


def load_second() -> Any:
    spec = importlib.util.spec_from_file_location("verify_trail", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


second = load_second()
KEY = SigningKey.read(b64encode(bytes(range(32))).decode(), "house/trail")


def some_proofs(random: Random, count: int) -> list[dict[str, Any]]:
    """Proofs of lines of logs of any size, made without a database."""
    found = []
    for _ in range(count):
        bodies = [f'{{"n":{random.random()},"名":"{n}"}}' for n in range(random.randrange(1, 80))]
        leaves = [leaf_hash(body.encode()) for body in bodies]
        index = random.randrange(len(bodies))
        note = KEY.sign(Head("house/trail", len(leaves), root_of(leaves), ("number 1",)))
        path = inclusion_path(index, leaves)
        found.append(proof.written(bodies[index], index, path, note, KEY.public))
    return found


def second_says(made: dict[str, Any], folder: Path) -> bool:
    file = folder / "proof.json"
    file.write_text(json.dumps(made))
    try:
        second.check_proof(str(file), str(KEY.public))
    except (second.Wrong, ValueError, LookupError, TypeError, AttributeError):
        return False
    return True


def first_says(made: dict[str, Any]) -> bool:
    try:
        proof.check(made, KEY.public)
    except (BadProof, BadNote):
        return False
    return True


def mutated(made: dict[str, Any], random: Random) -> dict[str, Any]:
    """The proof with one thing in it changed: a letter, a place, a node more or less."""
    other = copy.deepcopy(made)
    match random.choice(["body", "checkpoint", "index", "node", "less", "more", "format", "gone"]):
        case "body" | "checkpoint" | "format" as name:
            place = random.randrange(len(made[name]))
            letter = chr(ord(made[name][place]) ^ random.choice([1, 2, 4]))
            other[name] = made[name][:place] + letter + made[name][place + 1 :]
        case "node" if made["path"]:
            nth, bit = random.randrange(len(made["path"])), random.randrange(256)
            raw = bytearray(b64decode(made["path"][nth]))
            raw[bit // 8] ^= 1 << bit % 8
            other["path"][nth] = b64encode(bytes(raw)).decode()
        case "less" if made["path"]:
            other["path"].pop(random.randrange(len(made["path"])))
        case "more":
            other["path"].insert(
                random.randrange(len(made["path"]) + 1), b64encode(bytes(32)).decode()
            )
        case "gone":
            del other[random.choice(["format", "body", "index", "path", "checkpoint"])]
        case _:
            other["index"] = made["index"] + random.choice([-1, 1, 64])
    return other


def test_proofs_hold_and_mutated_ones_do_not_whoever_looks(tmp_path: Path) -> None:
    random = Random(SEED)

    for made in some_proofs(random, 120):
        assert first_says(made), (SEED, made)
        assert second_says(made, tmp_path), (SEED, made)
        for _ in range(4):
            changed = mutated(made, random)
            assert not first_says(changed), (SEED, changed)
            assert not second_says(changed, tmp_path), (SEED, changed)


def test_published_signatures_hold_for_the_second_verifier() -> None:
    """RFC 8032, section 7.1, tests 1 to 3."""
    vectors = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ]
    for public, message, signature in vectors:
        raw = [bytes.fromhex(text) for text in (public, message, signature)]
        assert second.signature_holds(*raw)
        assert not second.signature_holds(raw[0], raw[1] + b"x", raw[2])


def test_second_verifier_is_small_and_needs_nothing() -> None:
    text = SCRIPT.read_text()
    imported = {
        line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))
    }

    assert len(text.splitlines()) <= 300
    assert imported <= {"__future__", *sys.stdlib_module_names}


def run_second(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-I", "-S", str(SCRIPT), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


# From the house ------------------------------------------------------------------------------


def test_entry_is_proven_to_somebody_without_the_database(sealed: Sealer, tmp_path: Path) -> None:
    entry = Entry.objects.filter(event="step").first()
    file, out = tmp_path / "proof.json", StringIO()
    call_command("trail", "prove", str(entry.uid), "--to", str(file))
    key = str(keys.public_keys()[0])

    elsewhere = {"PATH": "", "SECRET_KEY": "x", "CELERY_BROKER_URL": "memory://"}
    command = [sys.executable, "manage.py", "trail", "check", str(file), "--key", key]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=elsewhere
        | {"DATABASE_URL": "postgres://nobody@nowhere.invalid/x", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    call_command("trail", "check", str(file), "--key", key, stdout=out)

    assert (done.returncode, done.stderr) == (0, "")
    assert entry.body in done.stdout
    assert "under the signed head" in out.getvalue()
    assert run_second("proof", str(file), key)[0] == 0


def test_whole_log_is_looked_through_by_somebody_else(
    sealed: Sealer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    call_command("trail", "export", "--to", str(log))
    call_command("trail", "export")
    assert capsys.readouterr().out == log.read_text()
    key_file = tmp_path / "seal" / "public_keys.txt"
    kept = tmp_path / "seal" / "checkpoints-1.txt"

    code, said = run_second("export", str(log), str(key_file), str(kept))

    count = Leaf.objects.count()
    assert (code, said.startswith(f"holds: {count} lines, ")) == (0, True)
    lines = log.read_text().splitlines(keepends=True)
    for spoilt in (lines[1:], lines[:-1], [lines[1], lines[0], *lines[2:]], lines[:3] + lines[4:]):
        log.write_text("".join(spoilt))
        assert run_second("export", str(log), str(key_file))[0] == 1


def test_entry_that_waits_for_the_seal_cannot_be_proven(sealed: Sealer) -> None:
    entry = record(Entry.Event.SIGNED_IN, by=SYSTEM)

    with pytest.raises(CommandError, match="not sealed yet"):
        call_command("trail", "prove", str(entry.pk))
    seal_all(sealed)
    out = StringIO()
    call_command("trail", "prove", str(entry.pk), stdout=out)
    assert json.loads(out.getvalue())["body"] == entry.body


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "why"), [("999999", "no entry"), ("seven", "neither an id")])
def test_entry_that_is_not_there_is_named(name: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("trail", "prove", name)


def test_file_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    key_file = tmp_path / "key"
    key_file.write_text(str(KEY.public))
    good = some_proofs(Random(1), 1)[0]

    for text in (
        "",
        "[]",
        "{}",
        json.dumps(good | {"index": "0"}),
        json.dumps(good | {"path": [1]}),
    ):
        file.write_text(text)
        with pytest.raises(CommandError, match="proves nothing"):
            call_command("trail", "check", str(file), "--key", str(key_file))
        assert run_second("proof", str(file), str(key_file))[0] == 1
    with pytest.raises(CommandError, match="proves nothing"):
        call_command("trail", "check", str(tmp_path / "none"), "--key", str(key_file))


def test_second_verifier_says_how_it_is_used() -> None:
    assert [run_second(*words)[0] for words in ([], ["export"], ["proof", "a"], ["x", "y"])] == [
        2
    ] * 4


# What earlier releases wrote (T32) -----------------------------------------------------------


@pytest.mark.parametrize("log", sorted(LOGS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_log_of_an_earlier_release_still_holds(log: Path, tmp_path: Path) -> None:
    code, said = run_second("export", str(log), str(log.with_suffix(".key")))
    made = json.loads(log.with_suffix(".proof.json").read_text())

    assert (code, said[:6]) == (0, "holds:")
    assert proof.check(made, PublicKey.read(log.with_suffix(".key").read_text())).size > 0


def test_there_is_a_log_of_an_earlier_release() -> None:
    assert [path.name for path in LOGS.glob("*.jsonl")] != []
