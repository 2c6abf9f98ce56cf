"""Signed checkpoints: the head of the tree in words, as C2SP tlog-checkpoint and signed-note have it.

    fms-agency/trail            where the log is from
    17                          how many leaves
    q0lT…=                      the head over them
    number 3                    what our own log adds
                                (an empty line)
    — fms-agency/trail AbC…=    who signed

A public key is written `name+keyid+base64`, as verifiers of such notes read it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\N{EM DASH}"


class BadNote(Exception):
    """A note cannot be read, or nobody we trust has signed it."""


def unpacked(text: str) -> bytes:
    """Base64 in its one canonical form: the same bytes are written in no other way."""
    data = b64decode(text, validate=True)
    if b64encode(data).decode() != text:
        raise ValueError("not in canonical base64")
    return data


@dataclass(frozen=True)
class Head:
    """What a checkpoint states. `more` are the lines of our own."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        root = b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.more))


@dataclass(frozen=True)
class PublicKey:
    name: str
    raw: bytes

    @classmethod
    def read(cls, written: str) -> PublicKey:
        """From `name+keyid+base64`. Raises `BadNote`."""
        try:
            name, key_id, encoded = written.strip().split("+", 2)
            data = unpacked(encoded)
        except ValueError:
            raise BadNote("this is no public key: name+keyid+base64 is one") from None
        key = cls(name, data[1:])
        if data[:1] != ED25519 or len(key.raw) != 32 or key.key_id.hex() != key_id:
            raise BadNote("the public key does not fit its own id")
        return key

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.raw).decode()}"

    def has_signed(self, text: str, line: str) -> bool:
        """Whether a signature line is this key's and right."""
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            data = unpacked(encoded)
        except ValueError:
            return False
        if (dash, name, data[:4]) != (DASH, self.name, self.key_id):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(data[4:], text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The key that signs; written as 32 random bytes in base64."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def read(cls, written: str, name: str) -> SigningKey:
        try:
            seed = unpacked(written.strip())
            return cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        except ValueError:
            raise BadNote("the key is not 32 bytes in base64") from None

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, head: Head) -> str:
        """The signed note."""
        signature = self.public.key_id + self.private.sign(head.text.encode())
        return f"{head.text}\n{DASH} {self.name} {b64encode(signature).decode()}\n"


def read_note(note: str, keys: Iterable[PublicKey]) -> Head:
    """What a signed note states. Raises `BadNote` unless one of the keys has signed it."""
    text, gap, signatures = note.partition("\n\n")
    text += "\n"
    if not gap or not signatures.endswith("\n"):
        raise BadNote("the note is not whole")
    lines = signatures[:-1].split("\n")
    if not any(key.has_signed(text, line) for key in keys for line in lines):
        raise BadNote("no known key has signed the note")
    try:
        origin, size, root, *more = text[:-1].split("\n")
        head = Head(origin, int(size), unpacked(root), tuple(more))
    except ValueError:
        raise BadNote("the note is no checkpoint") from None
    if head.text != text or len(head.root) != 32:
        raise BadNote("the note is no checkpoint")
    return head
