"""Each permission is asked for by some rule or door, and carried by some role."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from partners.access import ROLES, Permission
from tests.house.code import modules, tree


def asked_in(node: ast.AST) -> Iterator[str]:
    """`Permission.X` or `P.X`, except in the lists of roles."""
    if isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id in {"Role", "_Approver"} for base in node.bases
    ):
        return
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"Permission", "P"}
    ):
        yield node.attr
    for child in ast.iter_child_nodes(node):
        yield from asked_in(child)


@pytest.fixture(scope="module")
def asked() -> set[str]:
    return {name for path in modules() for name in asked_in(tree(path))}


@pytest.mark.parametrize("permission", Permission)
def test_permission_is_asked_for_and_carried(permission: Permission, asked: set[str]) -> None:
    assert permission.name in asked
    assert any(permission in role.permissions for role in ROLES.values())


def test_lists_of_roles_do_not_count_as_asking() -> None:
    listed = ast.parse("class One(Role):\n    permissions = (P.CASE_READ,)\nholds(P.TRAIL_READ)")

    assert set(asked_in(listed)) == {"TRAIL_READ"}
