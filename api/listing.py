"""A listing is read a page at a time, in the order of recording, by a cursor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import polars as pl
from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import Field

from api import cursor as cursors
from api.auth import Caller, Reader
from api.payload import Payload
from billing.books.listings import Place
from billing.books.session import Books
from billing.errors import Invalid, NotFound

LIMIT_DEFAULT = 50
LIMIT_MAX = 200

Item = TypeVar("Item", bound=Payload)
# A query of a listing: the rows after a place, at most so many, with xid and seq.
Rows = Callable[[Books, Place, int], pl.DataFrame]


Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
Cursor = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,400}$")]


class NoSuchThing(NotFound):
    """Nothing has this id."""


class UnknownParameter(Invalid):
    """The listing has no parameter of this name."""


class Listed(Payload, Generic[Item]):
    """One page; next_cursor is null at the end."""

    items: list[Item]
    next_cursor: Annotated[
        str | None, Field(description="Give it as ?cursor= for the next page.")
    ]


@dataclass(frozen=True, slots=True)
class Window:
    """Where a page begins, how long it is, and which listing it is of."""

    caller: Caller
    listing: str
    place: Place
    limit: int


def window(
    caller: Reader,
    request: Request,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Window:
    """Return the window that the query of a request asks for."""
    _refuse_unknown(request)
    listing = request.url.path
    place = cursors.read(cursor, listing=listing, key=caller.cursor_key)
    return Window(caller, listing, place, limit)


def _refuse_unknown(request: Request) -> None:
    """Refuse a misspelt parameter: without it the answer would be another one."""
    names = _parameters(request.scope["route"].dependant)
    for name in request.query_params:
        if name not in names:
            raise UnknownParameter(
                f"there is no parameter {name[:40]!r}; there are {', '.join(names)}",
            )


def _parameters(asked: Dependant) -> list[str]:
    """Return the query parameters of a route and of what it depends on."""
    below = [name for part in asked.dependencies for name in _parameters(part)]
    return [parameter.alias for parameter in asked.query_params] + below


Page = Annotated[Window, Depends(window)]


def page(
    asked: Window, rows: Rows, shape: Callable[[dict[str, Any]], Item]
) -> Listed[Item]:
    """Return one page of a listing; one row more is read to know if more follow."""
    caller = asked.caller
    found = rows(caller.books, asked.place, asked.limit + 1)
    shown = found.head(asked.limit)
    following = None
    if found.height > asked.limit:
        last = Place(int(shown["xid"][-1]), shown["seq"][-1])
        following = cursors.issue(last, listing=asked.listing, key=caller.cursor_key)
    return Listed(items=[shape(row) for row in shown.to_dicts()], next_cursor=following)


def one(found: pl.DataFrame, name: str) -> dict[str, Any]:
    """Return the only row of a frame, or say that nothing has the id."""
    if found.is_empty():
        raise NoSuchThing(f"there is no {name}; check the id")
    return found.row(0, named=True)
