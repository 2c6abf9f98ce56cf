"""The case types a partner sees. Whatever is generic (steps, papers, description) reads this table."""

from __future__ import annotations

from api.v1 import bills, changes, contracts, indications, requests, requisitions, shipments
from api.v1.cases import Kind

KINDS: dict[str, Kind] = {
    module.KIND.slug: module.KIND
    for module in (requests, indications, contracts, changes, requisitions, shipments, bills)
}
BY_MODEL: dict[str, Kind] = {kind.model.kind(): kind for kind in KINDS.values()}
