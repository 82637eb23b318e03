"""Comparing what must be with what is: rows as multisets, only the fields named.

>>> want = [{"net": "10.00"}, {"net": "5"}]
>>> five, ten = {"net": Decimal("5.00"), "n": 1}, {"net": Decimal("10"), "n": 2}
>>> complete("lines", want, [five, ten])
[]
>>> complete("lines", want, [five])
["lines: {'net': '10.00'} is missing"]
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def complete(
    name: str, wanted: Sequence[Row], found: Sequence[Row], *, ordered: bool = False
) -> list[str]:
    """Return the faults of a list that must hold exactly the rows wanted."""
    if ordered:
        pairs = {n: n for n in range(min(len(wanted), len(found)))
                 if fits(wanted[n], found[n])}  # fmt: skip
    else:
        pairs = _paired(wanted, found)
    missing = [wanted[n] for n in range(len(wanted)) if n not in pairs]
    spare = [found[n] for n in range(len(found)) if n not in pairs.values()]
    faults = [f"{name}: {_said(row)} is missing" for row in missing]
    return faults + [f"{name}: {_said(row)} was not expected" for row in spare]


def asked(name: str, row: Row, found: Row | None) -> list[str]:
    """Return the faults of one row that is asked for."""
    if found is None:
        return [f"{name}: {_said(row)} never came about"]
    if fits(row, found):
        return []
    differing = {
        key: found.get(key) for key in row if not _same(row[key], found.get(key))
    }
    return [f"{name}: {_said(row)} is {_said(differing)}"]


def fits(wanted: Row, found: Row) -> bool:
    """Return whether every field that is named has the value that is wanted."""
    return all(_same(value, found.get(name)) for name, value in wanted.items())


def _same(wanted: Any, found: Any) -> bool:  # noqa: ANN401 - a field may be anything
    if isinstance(wanted, list):
        return not complete("", wanted, found or [])
    if isinstance(found, Decimal):
        return wanted is not None and Decimal(str(wanted)) == found
    return bool(wanted == found)


def _paired(wanted: Sequence[Row], found: Sequence[Row]) -> dict[int, int]:
    """Pair as many rows as can be: a row that fits two must leave one to another."""
    candidates = [
        [n for n, row in enumerate(found) if fits(wish, row)] for wish in wanted
    ]
    taken: dict[int, int] = {}

    def place(wish: int, seen: set[int]) -> bool:
        for n in candidates[wish]:
            if n not in seen:
                seen.add(n)
                if n not in taken or place(taken[n], seen):
                    taken[n] = wish
                    return True
        return False

    for wish in range(len(wanted)):
        place(wish, set())
    return {wish: n for n, wish in taken.items()}


def _said(row: Row) -> str:
    return str({name: _plain(value) for name, value in row.items()})


def _plain(value: Any) -> Any:  # noqa: ANN401 - a field may be anything
    if isinstance(value, list):
        return [{k: _plain(v) for k, v in row.items()} for row in value]
    return str(value) if isinstance(value, date | Decimal) else value
