"""File names from outside, made safe to show, to store and to save on any machine."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

LONGEST = 120
# Windows keeps these names for devices, whatever the extension.
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10)}
NOT_IN_NAMES = frozenset('<>:"|?*')
# Controls, direction overrides, surrogates, private use, unassigned, line separators.
NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(name: str) -> str:
    """The last part of the path, shortened, without what deceives the eye; Japanese is kept."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    kept = " ".join("".join(filter(_is_kept, last)).split()).rstrip(". ")
    stem, dot, ending = kept.rpartition(".") if "." in kept else (kept, "", "")
    stem, extension = stem.strip(". "), (dot + ending)[:LONGEST]
    if not stem or stem.partition(".")[0].upper() in RESERVED:
        stem = f"file {stem}".strip()
    return stem[: LONGEST - len(extension)].rstrip() + extension


def _is_kept(character: str) -> bool:
    return unicodedata.category(character) not in NOT_SHOWN and character not in NOT_IN_NAMES
