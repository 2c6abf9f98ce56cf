"""The tree against the published vectors, and against itself."""

from __future__ import annotations

from hashlib import sha256
from random import Random

import pytest

from workflow.seal.tree import (
    EMPTY,
    BadProof,
    Frontier,
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    node_hash,
    root_from_path,
    root_of,
)

# The reference vectors of Certificate Transparency.
BODIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(count)]


def test_heads_are_those_of_the_published_vectors() -> None:
    leaves = [leaf_hash(body) for body in BODIES]

    assert [root_of(leaves[: n + 1]).hex() for n in range(8)] == ROOTS
    assert root_of([]) == EMPTY == sha256(b"").digest()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21, 64])
def test_every_leaf_is_proven_and_no_other_place_is(size: int) -> None:
    leaves = leaves_of(size)

    for index in range(size):
        path = inclusion_path(index, leaves)
        assert root_from_path(index, size, leaves[index], path) == root_of(leaves)
        for other in set(range(size)) - {index}:
            with pytest.raises(BadProof):
                if root_from_path(other, size, leaves[index], path) != root_of(leaves):
                    raise BadProof


@pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5)])
def test_place_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(BadProof, match="outside"):
        root_from_path(index, size, leaves_of(1)[0], [])


def test_path_of_another_length_is_refused() -> None:
    leaves = leaves_of(8)
    path = inclusion_path(3, leaves)

    with pytest.raises(BadProof, match="too short"):
        root_from_path(3, 8, leaves[3], path[:-1])
    with pytest.raises(BadProof, match="too long"):
        root_from_path(3, 8, leaves[3], [*path, path[0]])


def test_head_is_consistent_with_every_earlier_head() -> None:
    leaves = leaves_of(40)

    for new in range(1, 41):
        for old in range(1, new + 1):
            frontier = Frontier(leaves[:old])
            known = frontier.places()

            def subtree(start: int, end: int, old: int = old, known: dict = known) -> bytes:
                if (start, end) in known:
                    return known[start, end]
                assert start >= old, "asked for a subtree of both, old and new leaves"
                return root_of(leaves[start:end])

            path = consistency_path(old, new, subtree)
            heads = (frontier.root(), root_of(leaves[:new]))
            assert is_consistent(old, new, *heads, path)
            assert not is_consistent(old, new, node_hash(*heads), heads[1], path)
            if path:
                wrong = [path[0][::-1], *path[1:]]
                assert not is_consistent(old, new, *heads, wrong)
                assert not is_consistent(old, new, *heads, path[:-1])
                assert not is_consistent(old, new, *heads, [*path, path[0]])


def test_another_history_is_not_consistent() -> None:
    random = Random(3)
    leaves = leaves_of(33)
    for _ in range(100):
        old = random.randrange(1, 33)
        changed = list(leaves)
        changed[random.randrange(old)] = leaf_hash(b"another")

        path = consistency_path(old, 33, lambda start, end, now=changed: root_of(now[start:end]))

        assert not is_consistent(old, 33, root_of(leaves[:old]), root_of(changed), path)


def test_nothing_is_consistent_with_anything_and_never_shrinks() -> None:
    leaves = leaves_of(3)

    assert is_consistent(0, 3, EMPTY, root_of(leaves), [])
    assert not is_consistent(0, 3, root_of(leaves), root_of(leaves), [])
    assert not is_consistent(3, 2, root_of(leaves), root_of(leaves[:2]), leaves)
    assert not is_consistent(3, 4, root_of(leaves), root_of(leaves_of(4)), [])
