"""A second verifier of the trail, for somebody who trusts neither the house nor its libraries.

    python3 verify_trail.py export LOG KEY [CHECKPOINTS]   a whole log, as `trail export` wrote it
    python3 verify_trail.py proof PROOF KEY                one line, as `trail prove` wrote it

KEY is a public key (`name+keyid+base64`) or a file that holds one or more, one a line. CHECKPOINTS
is a file of checkpoints you have kept yourself: each must be among those of the log.

Standard library only. Written from RFC 6962 (trees), RFC 8032 (Ed25519), C2SP signed-note and
tlog-checkpoint, apart from the house's own code. Exit status 0: everything holds; 1: it does not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import sys
from typing import Any


class Wrong(Exception):
    """Something does not hold."""


# Ed25519, RFC 8032 section 5.1 ---------------------------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T


def add(a: Point, b: Point) -> Point:
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def same(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data: bytes) -> Point:
    if len(data) != 32:
        raise Wrong("a point is not 32 bytes")
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        raise Wrong("a point is not reduced")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Wrong("a point is not on the curve")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 64:
        return False
    try:
        key, commitment = point_of(public), point_of(signature[:32])
    except Wrong:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= Q:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(hashed, "little") % Q
    return same(times(scalar, BASE), add(commitment, times(challenge, key)))


def plain(text: str) -> bytes:
    """Base64 that is written in the one right way."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Wrong("base64 with spare bits")
    return data


# Notes and keys, C2SP ------------------------------------------------------------------------


def keys_of(argument: str) -> list[tuple[str, bytes, bytes]]:
    """Name, key id and public key of each key given."""
    try:
        text = pathlib.Path(argument).read_text(encoding="utf-8")
    except OSError:
        text = argument
    found = []
    for line in text.split():
        parts = line.split("+", 2)
        if len(parts) != 3:
            raise Wrong("a key is written name+keyid+base64")
        blob = plain(parts[2])
        key_id = hashlib.sha256(parts[0].encode() + b"\n" + blob).digest()[:4]
        if blob[:1] != b"\x01" or len(blob) != 33 or key_id.hex() != parts[1]:
            raise Wrong("a key does not fit its id")
        found.append((parts[0], key_id, blob[1:]))
    return found


def opened(note: str, keys: list[tuple[str, bytes, bytes]]) -> tuple[int, bytes]:
    """Size and root of a checkpoint that one of the keys has signed."""
    cut = note.rfind("\n\n")
    if cut < 0 or not note.endswith("\n"):
        raise Wrong("a checkpoint is not whole")
    text, signatures = note[: cut + 1], note[cut + 2 : -1].split("\n")
    for line in signatures:
        words = line.split(" ")
        if len(words) != 3 or words[0] != "\u2014":
            raise Wrong("a signature line is malformed")
        blob = plain(words[2])
        for name, key_id, public in keys:
            if (words[1], blob[:4]) == (name, key_id) and signature_holds(
                public, text.encode(), blob[4:]
            ):
                return stated(text, name)
    raise Wrong("nobody we trust signed a checkpoint")


def stated(text: str, name: str) -> tuple[int, bytes]:
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != name:
        raise Wrong("a checkpoint is from another log")
    root = plain(lines[2])
    if not lines[1].isascii() or not lines[1].isdecimal() or str(int(lines[1])) != lines[1]:
        raise Wrong("a checkpoint has no size")
    if len(root) != 32:
        raise Wrong("a checkpoint has no root")
    return int(lines[1]), root


# Trees, RFC 6962 section 2.1 -----------------------------------------------------------------


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Tree:
    """Leaves added one by one; `peaks` maps the height of each full subtree to its hash."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: dict[int, bytes] = {}

    def add(self, body: str) -> None:
        height, value = 0, digest(b"\x00" + body.encode())
        while height in self.peaks:
            value = digest(b"\x01" + self.peaks.pop(height) + value)
            height += 1
        self.peaks[height] = value
        self.size += 1

    def root(self) -> bytes:
        value = b""
        for height in sorted(self.peaks):
            value = digest(b"\x01" + self.peaks[height] + value) if value else self.peaks[height]
        return value or digest(b"")


def climbed(value: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Up from a leaf to the root, by where the leaf lies in each subtree (2.1.1, read backwards)."""
    if size == 1:
        if path:
            raise Wrong("the path is too long")
        return value
    if not path:
        raise Wrong("the path is too short")
    left = 1
    while left * 2 < size:
        left *= 2
    if index < left:
        return digest(b"\x01" + climbed(value, index, left, path[:-1]) + path[-1])
    return digest(b"\x01" + path[-1] + climbed(value, index - left, size - left, path[:-1]))


# What is checked -----------------------------------------------------------------------------


def check_proof(path: str, key: str) -> str:
    proof = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    if proof["format"] != "fms-trail-proof/1" or type(proof["index"]) is not int:
        raise Wrong("this is no proof of the trail")
    size, root = opened(proof["checkpoint"], keys_of(key))
    if not 0 <= proof["index"] < size:
        raise Wrong("the line lies outside the log")
    way = [plain(node) for node in proof["path"]]
    if any(len(node) != 32 for node in way):
        raise Wrong("a node is not 32 bytes")
    leaf = digest(b"\x00" + proof["body"].encode())
    if climbed(leaf, proof["index"], size, way) != root:
        raise Wrong("the line does not lead to the signed root")
    return f"{proof['body']}\nholds: line {proof['index']} of {size} under {root.hex()}"


def check_export(path: str, key: str, kept: str = "") -> str:
    """Each checkpoint signs the root over the first lines: so each is consistent with the last."""
    keys, tree, roots = keys_of(key), Tree(), [digest(b"")]
    notes: list[str] = []
    before = 0
    with pathlib.Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            if "leaf" in row:
                if row["leaf"] != tree.size or notes:
                    raise Wrong(f"line {tree.size} is missing or out of order")
                tree.add(row["body"])
                roots.append(tree.root())
                continue
            notes.append(row["checkpoint"])
            size, root = opened(row["checkpoint"], keys)
            if not before < size <= tree.size or roots[size] != root:
                raise Wrong(f"the lines do not lead to checkpoint {len(notes)}")
            before = size
    if before != tree.size:
        raise Wrong(f"{tree.size - before} lines stand under no checkpoint")
    remembered = checkpoints_in(kept) if kept else []
    for note in remembered:
        if note not in notes:
            raise Wrong("a checkpoint that was kept elsewhere is not in this log")
    return f"holds: {tree.size} lines, {len(notes)} checkpoints, {len(remembered)} kept elsewhere"


def checkpoints_in(path: str) -> list[str]:
    parts = pathlib.Path(path).read_text(encoding="utf-8").split("\n\n")
    return [f"{a}\n\n{b}\n" for a, b in zip(parts[::2], parts[1::2], strict=False)]


def main(arguments: list[str]) -> int:
    checks = {"export": (check_export, {2, 3}), "proof": (check_proof, {2})}
    if not arguments or arguments[0] not in checks:
        print(__doc__)
        return 2
    check, counts = checks[arguments[0]]
    if len(arguments) - 1 not in counts:
        print(__doc__)
        return 2
    try:
        print(check(*arguments[1:]))
    except (Wrong, ValueError, LookupError, TypeError, AttributeError, OSError) as fault:
        print(f"DOES NOT HOLD: {type(fault).__name__}: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
