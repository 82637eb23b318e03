"""A listing is read a page at a time, in the order of recording, by an opaque cursor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import polars as pl
from fastapi import Depends, Query, Request
from pydantic import Field

from api import cursor as cursors
from api.auth import Reader
from api.cursor import Place
from api.payload import Payload
from billing.books.session import Books
from billing.errors import NotFound

LIMIT_DEFAULT = 50
LIMIT_MAX = 200

Item = TypeVar("Item", bound=Payload)
# A query of a listing: the rows after a seq, at most so many, with their seq.
Rows = Callable[[Books, int, int], pl.DataFrame]


class NoSuchThing(NotFound):
    """Nothing has this id."""


class Listed(Payload, Generic[Item]):
    """One page; next_cursor is null at the end."""

    items: list[Item]
    next_cursor: Annotated[
        str | None, Field(description="Give it as ?cursor= for the next page.")
    ]


@dataclass(frozen=True, slots=True)
class Window:
    """Where a page begins, how long it is, and which listing it is of."""

    books: Books
    place: Place
    limit: int


def window(
    caller: Reader,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
    cursor: Annotated[
        str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,400}$")
    ] = None,
) -> Window:
    """Return the window that the query of a request asks for."""
    listing = request.url.path
    place = cursors.read(cursor, listing=listing, key=caller.books.namespace.bytes)
    return Window(caller.books, place, limit)


Page = Annotated[Window, Depends(window)]


def page(
    asked: Window, rows: Rows, shape: Callable[[dict[str, Any]], Item]
) -> Listed[Item]:
    """Return one page of a listing; one row more is read to know whether more follow."""
    found = rows(asked.books, asked.place.seq, asked.limit + 1)
    shown = found.head(asked.limit)
    more = found.height > asked.limit
    following = Place(shown["seq"][-1], asked.place.listing) if more else None
    return Listed(
        items=[shape(row) for row in shown.to_dicts()],
        next_cursor=following
        and cursors.issue(following, asked.books.namespace.bytes),
    )


def one(found: pl.DataFrame, name: str) -> dict[str, Any]:
    """Return the only row of a frame, or say that nothing has the id."""
    if found.is_empty():
        raise NoSuchThing(f"there is no {name}; check the id")
    return found.row(0, named=True)
