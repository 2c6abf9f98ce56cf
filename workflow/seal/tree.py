"""The Merkle tree of RFC 6962: a head for any number of leaves, and proofs about it.

Plain Python. Hashes are 32 bytes; positions count from zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


class BadProof(Exception):
    """A path has the wrong length for the place it claims."""


def leaf_hash(body: bytes) -> bytes:
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees from left to right, largest first: all that appending has to know."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self.nodes: list[bytes] = []
        for leaf in leaves:
            self.append(leaf)

    def append(self, leaf: bytes) -> None:
        self.nodes.append(leaf)
        self.size += 1
        filled = self.size
        while filled % 2 == 0:
            right = self.nodes.pop()
            self.nodes[-1] = node_hash(self.nodes[-1], right)
            filled //= 2

    def copy(self) -> Frontier:
        other = Frontier()
        other.size, other.nodes = self.size, list(self.nodes)
        return other

    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY
        head = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            head = node_hash(node, head)
        return head

    def places(self) -> dict[tuple[int, int], bytes]:
        """Each complete subtree by the leaves it covers: (first, one after the last)."""
        found, start = {}, 0
        for node in self.nodes:
            width = 1 << ((self.size - start).bit_length() - 1)
            found[start, start + width] = node
            start += width
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    return Frontier(leaves).root()


# Inclusion -----------------------------------------------------------------------------------


def inclusion_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1: the neighbours on the way from a leaf up to the head."""
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if index < middle:
        return [*inclusion_path(index, left), root_of(right)]
    return [*inclusion_path(index - middle, right), root_of(left)]


def root_from_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2: the head that a leaf and its path lead to. Raises `BadProof`."""
    if not 0 <= index < size:
        raise BadProof("the place lies outside the tree")
    place, last, head = index, size - 1, leaf
    for node in path:
        if not last:
            raise BadProof("the path is too long")
        if place % 2 or place == last:
            head = node_hash(node, head)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            head = node_hash(head, node)
        place, last = place >> 1, last >> 1
    if last:
        raise BadProof("the path is too short")
    return head


# Consistency ---------------------------------------------------------------------------------


def consistency_path(old: int, new: int, subtree: Callable[[int, int], bytes]) -> list[bytes]:
    """RFC 6962, 2.1.2: what shows that the first `old` of `new` leaves are still the same.

    `subtree(a, b)` gives the head over leaves a to b - 1. It is asked only for complete subtrees
    of the old tree and for subtrees made wholly of new leaves.
    """
    return _subproof(old, 0, new, subtree, is_known=True)


def _subproof(
    old: int, start: int, end: int, subtree: Callable[[int, int], bytes], *, is_known: bool
) -> list[bytes]:
    if old == end - start:
        return [] if is_known else [subtree(start, end)]
    middle = _split(end - start)
    if old <= middle:
        inner = _subproof(old, start, start + middle, subtree, is_known=is_known)
        return [*inner, subtree(start + middle, end)]
    inner = _subproof(old - middle, start + middle, end, subtree, is_known=False)
    return [*inner, subtree(start, start + middle)]


def is_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """RFC 9162, 2.1.4.2: whether the path leads to both heads."""
    if old in {0, new}:
        return not path and (old_root == new_root if old == new else old_root == EMPTY)
    nodes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not nodes or old > new:
        return False
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if not last:
            return False
        if place % 2 or place == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, node)
        place, last = place >> 1, last >> 1
    return not last and (before, after) == (old_root, new_root)


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)
