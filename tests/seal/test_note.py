"""Checkpoints are signed notes as C2SP has them: read by anybody's verifier."""

from __future__ import annotations

from base64 import b64encode

import pytest

from workflow.seal.note import BadNote, Head, PublicKey, SigningKey, read_note

KEY = SigningKey.read(b64encode(bytes(range(32))).decode(), "house/trail")
OTHER = SigningKey.read(b64encode(bytes(32)).decode(), "house/trail")
# The last sign of this base64 says more than the bytes it stands for.
PAINTED_OVER = f"name+00000000+{b64encode(bytes(32)).decode().replace('A=', 'B=')}"
HEAD = Head("house/trail", 17, bytes(32), ("number 3",))


def test_note_reads_as_published() -> None:
    note = KEY.sign(HEAD)

    text, _, signature = note.partition("\n\n")
    assert text == f"house/trail\n17\n{b64encode(bytes(32)).decode()}\nnumber 3"
    assert signature.startswith("— house/trail ")
    assert signature.endswith("\n")
    assert read_note(note, [OTHER.public, KEY.public]) == HEAD


def test_public_key_is_written_with_its_id() -> None:
    written = str(KEY.public)

    assert written.startswith(f"house/trail+{KEY.public.key_id.hex()}+")
    assert PublicKey.read(f" {written}\n") == KEY.public


def test_published_example_key_and_note_hold() -> None:
    """The example of golang.org/x/mod/sumdb/note, from which the format comes."""
    key = PublicKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="

    assert key.has_signed(text, line)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "name+00000000",
        "name+00000000+!!",
        f"name+00000000+{b64encode(bytes(33)).decode()}",
        str(KEY.public).replace("house", "horse"),
        PAINTED_OVER,
    ],
)
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(BadNote):
        PublicKey.read(written)


def test_private_key_of_another_length_is_refused() -> None:
    with pytest.raises(BadNote, match="32 bytes"):
        SigningKey.read(b64encode(bytes(31)).decode(), "house/trail")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("17", "18", 1),
        lambda note: note.replace("number 3", "number 4"),
        lambda note: note[:-1],
        lambda note: note.replace("\n\n", "\n", 1),
        lambda note: note.replace("— ", "- "),
        lambda note: note[:-6] + "AAAA" + note[-2:],
        lambda note: note.replace("— house/trail ", "— house/trail !"),
    ],
)
def test_note_that_was_changed_is_refused(spoil: object) -> None:
    with pytest.raises(BadNote):
        read_note(spoil(KEY.sign(HEAD)), [KEY.public])


def test_note_of_another_key_is_refused() -> None:
    with pytest.raises(BadNote, match="no known key"):
        read_note(OTHER.sign(HEAD), [KEY.public])


@pytest.mark.parametrize("head", [Head("o", 17, bytes(31)), Head("o\nx", 17, bytes(32))])
def test_signed_note_that_is_no_checkpoint_is_refused(head: Head) -> None:
    with pytest.raises(BadNote, match="no checkpoint"):
        read_note(KEY.sign(head), [KEY.public])
