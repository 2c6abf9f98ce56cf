"""Proofs for somebody outside: one line of the trail, its way up to a signed head, and the check.

Checking needs the public key and nothing else: no database, no settings of the house.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from workflow.seal.note import BadNote, Head, PublicKey, read_note, unpacked
from workflow.seal.tree import BadProof, leaf_hash, root_from_path

FORMAT = "fms-trail-proof/1"


def written(
    body: str, index: int, path: list[bytes], note: str, key: PublicKey | None
) -> dict[str, Any]:
    """The proof as it is handed over. The key in it is a hint: trust the one you were given before."""
    return {
        "format": FORMAT,
        "body": body,
        "index": index,
        "path": [b64encode(node).decode() for node in path],
        "checkpoint": note,
        "public_key_hint": str(key or ""),
    }


def check(proof: Mapping[str, Any], key: PublicKey) -> Head:
    """The signed head under which the proof's body stands. Raises `BadProof` or `BadNote`."""
    try:
        if proof["format"] != FORMAT:
            raise BadProof("this is no proof of the trail")
        body, index, note = str(proof["body"]), proof["index"], str(proof["checkpoint"])
        path = [unpacked(node) for node in proof["path"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadProof("this is no proof of the trail") from None
    if type(index) is not int or any(len(node) != 32 for node in path):
        raise BadProof("this is no proof of the trail")
    head = read_note(note, [key])
    if root_from_path(index, head.size, leaf_hash(body.encode()), path) != head.root:
        raise BadProof("the line does not lead to the signed head")
    return head


__all__ = ["BadNote", "BadProof", "check", "written"]
