"""Every table × audience × context × command: PostgreSQL shows and lets change what is due."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation.reach import SEARCHED, TABLES, World, furnished, wrong, wrongly_found

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with furnished() as world:
        yield world


def test_each_audience_reaches_what_is_its_own(world: World) -> None:
    assert [table for table in TABLES if not world.count(table)] == []  # or nothing could leak
    assert wrong(world) == []


@pytest.mark.parametrize("table", SEARCHED)
def test_search_finds_what_may_be_seen(world: World, table: str) -> None:
    assert wrongly_found(world, table) == []
