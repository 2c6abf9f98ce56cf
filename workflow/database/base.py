"""Each transaction is bound to the context of the moment; each lone statement is a transaction.

Role and context are set with `SET LOCAL`: they end with the transaction, so that a
pooled connection never carries one person's rows to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.postgresql import base
from psycopg import ServerCursor, sql

from workflow import walls
from workflow.walls import Context, NoContext

# No query: a transaction may still be told its isolation level afterwards.
_BIND = sql.SQL("SET LOCAL ROLE {role}; SET LOCAL app.ctx = {said}; ")
_NOBODY = "SET LOCAL ROLE NONE; SET LOCAL app.ctx = ''; "
_UNBOUND: Any = object()
_UNCERTAIN: Any = object()  # bound to whomever the transaction was before the savepoint
_NOBODYS: Any = object()
_NOT_SAID = (None, walls.OWNER)


@dataclass(eq=False)
class Foregoing:
    """A statement that goes before another in its message, and what it was answered."""

    statement: str
    params: Sequence[Any]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


class DatabaseWrapper(base.DatabaseWrapper):
    """`strict` raises where production would see no rows: a query made for nobody."""

    strict = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bound: Any = _UNBOUND
        self._foregoing: list[Foregoing] = []
        self.execute_wrappers.append(_bind_first)

    # What ends a transaction, or takes back what was set in it, ends the binding. (Django's own
    # hooks for a backend; no types are published for them.)

    def _set_autocommit(self, autocommit: bool) -> None:
        self._bound = _UNBOUND
        super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._bound = _UNBOUND

    def _rollback(self) -> None:
        self._bound = _UNBOUND
        super()._rollback()  # type: ignore[misc]

    def _savepoint(self, sid: str) -> None:
        with self._unbound():
            super()._savepoint(sid)  # type: ignore[misc]

    def _savepoint_commit(self, sid: str) -> None:
        with self._unbound():
            super()._savepoint_commit(sid)  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        with self._unbound():
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._bound = _UNCERTAIN

    @contextmanager
    def _unbound(self) -> Iterator[None]:
        """A savepoint is nobody's; and before a rollback to one PostgreSQL hears nothing else."""
        bound, self._bound = self._bound, _NOBODYS
        try:
            yield
        finally:
            self._bound = bound

    def _close(self) -> None:
        self._bound = _UNBOUND
        super()._close()  # type: ignore[misc]

    @contextmanager
    def preceded_by(self, statement: str, params: Sequence[Any]) -> Iterator[Foregoing]:
        """Send a statement in the same message as the next one, before it; its rows are known then.

        A message costs more than most statements. If there is no next one, it is sent at the end.
        """
        foregoing = Foregoing(statement, params)
        self._foregoing.append(foregoing)
        try:
            yield foregoing
            if foregoing in self._foregoing:
                self._foregoing.remove(foregoing)
                self.ask(foregoing)
        finally:
            self._foregoing = [other for other in self._foregoing if other is not foregoing]

    def take_foregoing(self) -> list[Foregoing]:
        taken, self._foregoing = self._foregoing, []
        return taken

    def ask(self, foregoing: Foregoing) -> None:
        """In a message of its own."""
        with self.cursor() as cursor:
            cursor.execute(foregoing.statement, foregoing.params)
            foregoing.rows = cursor.fetchall()

    @property
    def says_for_whom(self) -> bool:
        return self._bound is not _NOBODYS

    def bind(self, context: Context | None) -> None:
        """Make the open transaction the context's, unless it is already."""
        if words := self.words(context):
            self._say(words)
            self.heard(context)

    def words(self, context: Context | None) -> str:
        """What makes a lone statement or the open transaction the context's; "" if nothing has to."""
        if self.autocommit:
            return "" if context in _NOT_SAID else _words_of(context)
        if self._bound in (context, _NOBODYS) or self.needs_rollback:
            return ""
        if context in _NOT_SAID:
            return "" if self._bound is _UNBOUND else _NOBODY
        return _words_of(context)

    def heard(self, context: Context | None) -> None:
        """The words have reached PostgreSQL: until then the transaction is whose it was."""
        if not self.autocommit:
            self._bound = context

    @contextmanager
    def one_statement(self, context: Context) -> Iterator[None]:
        """A transaction around a statement that stands alone."""
        self._say(f"BEGIN; {_words_of(context)}")
        try:
            yield
        except BaseException:
            if not self.connection.closed:
                self._say("ROLLBACK")
            raise
        self._say("COMMIT")

    def _say(self, statement: str) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(statement)


def _words_of(context: Context) -> str:
    return _BIND.format(
        role=sql.Identifier(context.role), said=sql.Literal(context.signed())
    ).as_string()


def _bind_first(
    execute: Callable[..., Any], statement: Any, params: Any, many: bool, about: dict[str, Any]
) -> Any:
    """Say for whom in the same message as the statement: PostgreSQL takes them as one transaction."""
    connection: DatabaseWrapper = about["connection"]
    context = walls.current()
    if context is None and connection.strict and connection.says_for_whom:
        raise NoContext(f"For whom? No context is bound: {statement[:200]}")
    cursor = about["cursor"].cursor
    if many or isinstance(cursor, ServerCursor) or not isinstance(statement, str):
        return _bind_before(execute, statement, params, many, about)
    words, foregoing = connection.words(context), connection.take_foregoing()
    if not words and not foregoing:
        return execute(statement, params, many, about)
    said = words + "".join(f"{cursor.mogrify(f.statement, f.params)}; " for f in foregoing)
    if params is not None:
        said = said.replace("%", "%%")
    answer = execute(said + statement, params, many, about)
    if words:
        connection.heard(context)
        cursor.nextset()  # what the two words themselves are answered
        cursor.nextset()
    for before in foregoing:
        before.rows = cursor.fetchall()
        cursor.nextset()
    return answer


def _bind_before(
    execute: Callable[..., Any], statement: Any, params: Any, many: bool, about: dict[str, Any]
) -> Any:
    """In messages of their own: for what is sent in several, or opens a cursor in the server."""
    connection: DatabaseWrapper = about["connection"]
    context = walls.current()
    for before in connection.take_foregoing():
        connection.ask(before)
    if not connection.autocommit:
        connection.bind(context)
    elif context not in _NOT_SAID:
        with connection.one_statement(context):
            return execute(statement, params, many, about)
    return execute(statement, params, many, about)
