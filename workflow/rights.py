"""What the gate asks of whoever decides rights: a protocol, and the system as an actor.

The rooms build their rules in `partners.access`; the gate only asks three questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from workflow.models import Case


class Actor(Protocol):
    """Somebody who can take a step: a person, or the system."""

    @property
    def actor_id(self) -> str: ...

    @property
    def actor_name(self) -> str: ...


@dataclass(frozen=True)
class Capacity:
    """In which role, for which organisation, and in whose place somebody acts."""

    role: str
    organisation: str
    on_behalf_of: str = ""


class Right(Protocol):
    """Who may take a step."""

    @property
    def roles(self) -> Sequence[str]:
        """Identifiers of the roles that carry the right: for printed tables."""
        ...

    def turn(self, case: Case) -> Sequence[str]:
        """The roles among them for which this very case waits."""
        ...

    def concerns(self, actor: Any, case: Case) -> bool:
        """Whether the actor has such a role on this case at all (else the step is not shown)."""
        ...

    def why_not(self, actor: Any, case: Case) -> str:
        """`""`, or the sentence that tells the actor why it is not for them."""
        ...

    def capacity(self, actor: Any, case: Case) -> Capacity: ...


@dataclass(frozen=True)
class System:
    """The house itself: deadlines and steps that follow from other steps."""

    actor_id: str = "system"
    actor_name: str = "system"


SYSTEM = System()


@dataclass(frozen=True)
class BySystem:
    """A step that no person takes: a deadline or another step leads to it."""

    roles: tuple[str, ...] = ("system",)

    def turn(self, case: Case) -> Sequence[str]:
        return self.roles

    def concerns(self, actor: Any, case: Case) -> bool:
        return isinstance(actor, System)

    def why_not(self, actor: Any, case: Case) -> str:
        return "" if isinstance(actor, System) else _("This happens by itself; nobody takes it.")

    def capacity(self, actor: Any, case: Case) -> Capacity:
        return Capacity("system", "")


by_system = BySystem()
