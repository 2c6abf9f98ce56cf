"""Acts over several tables: a change of reference data is proposed with the file that carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import override

from approvals.files import Drafted, open_file
from approvals.matters import REFERENCE_CHANGE
from approvals.models import ApprovalFile
from partners import access
from partners.access import Permission
from partners.models import Person, Proposal
from workflow import walls
from workflow.steps import one_act, take


def put_forward(propose: Callable[..., Proposal], *, by: Person, **given: Any) -> ApprovalFile:
    """Propose a change, draft its file and put it forward: one act, under the proposer's name.

    `propose` is one of those of `partners.reference`, `given` what it asks for. Raises `NotYours` or
    `NotOpen`; then nothing has been proposed.
    """
    with one_act(), walls.house(), override(by.language):
        held = propose(by=by, **given)
        role = access.holds(by, Permission.REFERENCE_PROPOSE)[0].role
        file = open_file(held, REFERENCE_CHANGE, Drafted(by.actor_id, by.actor_name, role))
        taken: ApprovalFile = take(file, "put_forward", by=by).case
        return taken
