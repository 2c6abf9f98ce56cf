"""What leaves is told in the reader's words: unit codes are for machines."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from exports import notices
from notifications.notices import compose
from tests.factories import ShipmentFactory, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ja", "- 固定式警戒管制レーダー FPS-3ME × 3 個"),
        ("en", "- Fixed air-surveillance radar FPS-3ME × 3 each"),
    ],
)
def test_message_of_a_shipment_says_units_in_the_readers_language(language: str, line: str) -> None:
    shipment = ShipmentFactory(state="shipped")
    reader = person("nation_logistics", language=language)

    letter = compose(
        "shipment_shipped", reader, shipment.number, notices.shipment_shipped(shipment)
    )

    assert line in letter.text.splitlines()
    assert "EA" not in letter.text.split()


def test_unit_that_the_table_does_not_know_stays_as_it_is() -> None:
    line = ShipmentFactory().lines.first()
    line.unit = "XX"

    with override("en"):
        assert str(line).endswith("× 3 XX")
