"""The second wall: for whom the house is acting, told to PostgreSQL with every transaction.

PostgreSQL shows a table's rows by the audience and its scope (row level security). Python says
both with a `Context`, signed so that nobody who can only write SQL can make one; the database
backend in `workflow.database` binds it to each transaction it opens. Without a context there are
no rows. The first wall, `visible_to`, stands in front of it and does not rely on it.

    with walls.within(Context("partner", scope="PH", actor=person.actor_id)):
        ...                      # the rows of the Philippines, read only

    with walls.house():
        ...                      # every row: the gate, the worker, the trail
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Collection, Iterator
from contextlib import _GeneratorContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import models

# Login roles take the role of one of these for the length of a transaction.
AUDIENCES = ("entrance", "staff", "partner", "supplier", "house")
LASTS_SECONDS = 15 * 60
SEPARATOR = "|"
_BLOCK = 64  # bytes of a SHA-256 block (RFC 2104)


class NoContext(RuntimeError):
    """A query was made for nobody. Production answers with no rows; tests with this."""


@dataclass(frozen=True)
class Context:
    """For whom: `scope` is a nation's code or a contractor's id, `actor` the person's id."""

    audience: str
    scope: str = ""
    actor: str = ""

    @property
    def role(self) -> str:
        """The role of PostgreSQL whose policies and grants count."""
        return f"fms_{self.audience}"

    def signed(self) -> str:
        """What PostgreSQL is told: `audience|scope|actor|expiry|HMAC-SHA256`."""
        expiry = int(time.time()) + LASTS_SECONDS
        said = SEPARATOR.join((self.audience, self.scope, self.actor, str(expiry)))
        return f"{said}{SEPARATOR}{_sign(said)}"


ENTRANCE = Context("entrance")
HOUSE = Context("house")
# Whoever has signed in to the database itself: migrations, commands, the sweep between tests.
OWNER = Context("owner")

_current: ContextVar[Context | None] = ContextVar("wall", default=None)


def current() -> Context | None:
    return _current.get()


@contextmanager
def within(context: Context | None) -> Iterator[None]:
    """Act in this context, inside a transaction or around several."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def enter(context: Context) -> None:
    """Go on in this context until the enclosing `within` ends: for doors that learn late who asks."""
    _current.set(context)


def house() -> _GeneratorContextManager[None]:
    """Act as the house itself: the gate after it has decided, the worker, the trail.

    Also as a decorator: `@walls.house()`.
    """
    return within(HOUSE)


def entrance() -> _GeneratorContextManager[None]:
    """Act for somebody who is not known yet: people, sessions and tokens only."""
    return within(ENTRANCE)


def key_blocks() -> tuple[bytes, bytes]:
    """Inner and outer block of the HMAC: what PostgreSQL keeps, since it has no HMAC of its own."""
    key = _key().ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


def _sign(said: str) -> str:
    return hmac.new(_key(), said.encode(), sha256).hexdigest()


def _key() -> bytes:
    return sha256(settings.CONTEXT_KEY.encode()).digest()


# Declarations --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wall:
    """Who reads a table's rows: all of them (`readers`), or those whose column fits the context.

    The house reads and writes every table. `partner` and `supplier` name the column compared with
    the context's scope, `own` the one compared with the acting person, who may also change such
    rows if `keeps`. `search` asks for a search function over number and title, and over the names
    of what is bought, where `names` leads to rows with a `name_ja` and a `name_en`.
    """

    readers: frozenset[str] = frozenset({"staff"})
    writers: frozenset[str] = frozenset()
    partner: str = ""
    supplier: str = ""
    own: str = ""
    keeps: bool = False
    append_only: bool = False
    search: bool = False
    names: str = ""

    @property
    def is_walled(self) -> bool:
        """Whether some audience sees some rows only."""
        return not self.readers.issuperset(AUDIENCES)


def agency(*, append_only: bool = False) -> Wall:
    """Rows of the agency's own: staff read them."""
    return Wall(append_only=append_only)


def of_nation(column: str = "nation_id", *, search: bool = False, names: str = "") -> Wall:
    """Rows of a nation: staff read them all, a nation its own."""
    return Wall(partner=column, search=search, names=names)


def of_contractor(column: str = "contractor_id", *, search: bool = False, names: str = "") -> Wall:
    """Rows of a contractor: staff read them all, a contractor its own."""
    return Wall(supplier=column, search=search, names=names)


def own(column: str, *, readers: Collection[str] = (), writers: Collection[str] = ()) -> Wall:
    """Rows of one person, who reads and changes them."""
    return Wall(frozenset(readers), frozenset(writers), own=column, keeps=True)


def shared() -> Wall:
    """Reference data that everybody reads."""
    return Wall(readers=frozenset(AUDIENCES))


def counters() -> Wall:
    """Counts that belong to nobody: every audience keeps them."""
    return Wall(readers=frozenset(AUDIENCES), writers=frozenset(AUDIENCES))


def of_entrance() -> Wall:
    """What coming in needs before anybody is known: sessions, tokens."""
    return Wall(readers=frozenset({"entrance"}), writers=frozenset({"entrance"}))


# Walls of tables whose models are not ours, by the table's name.
others: dict[str, Wall] = {}


def wall_of(model: type[models.Model]) -> Wall | None:
    """The wall a model declares, or the one declared for a table of a library."""
    declared = vars(model).get("wall")
    return declared if declared is not None else others.get(model._meta.db_table)
