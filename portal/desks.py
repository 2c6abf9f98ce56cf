"""The three desks by name."""

from __future__ import annotations

from portal.desk import Desk
from portal.partner.desk import desk as partner
from portal.staff.desk import desk as staff
from portal.supplier.desk import desk as supplier

DESKS: dict[str, Desk] = {desk.name: desk for desk in (staff, supplier, partner)}
