"""The console is how the command line speaks: rows, JSON, words and refusals."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

# Frames and books are imported where they are used, so that --help answers at once.
if TYPE_CHECKING:
    import polars as pl

    from billing.books.handle import Actor, Moment
    from billing.books.home import Home
    from billing.books.session import Books

Json = Annotated[bool, typer.Option("--json", help="Print rows as JSON.")]
On = Annotated[
    date | None,
    typer.Option(parser=date.fromisoformat, metavar="DATE", help="Default: today."),
]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]

REFUSED = 1
WIDTH = 240


def books() -> "Books":
    """Open the books of the home that the environment names."""
    from billing.books.session import open_books

    return open_books()


def actor() -> "Actor":
    """Return who sits at the keyboard; whoever may write the home may do everything."""
    from billing.books.handle import Actor

    return Actor(getuser(), "admin", "cli")


def moment(on: date | None = None) -> "Moment":
    """Return now, or the morning of another day."""
    from billing.books.handle import Moment

    now = Moment.of(datetime.now(UTC))  # noqa: TID251 - the shell is where the clock is read
    return now if on is None or on == now.on else Moment.morning(on)


def carry_out(
    opened: "Books", command: object, on: date | None = None, *, preview: bool = False
) -> dict[str, Any]:
    """Give a command to the one handler, as the person at the keyboard."""
    from billing.books.handle import handle

    return handle(opened, command, actor=actor(), moment=moment(on), preview=preview)


def environment(home: "Home") -> dict[str, str]:
    """Return what a child process needs to work on a home with these tools."""
    tools = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "SALDO_HOME": str(home.path),
        "DAGSTER_HOME": str(home.dagster),
        # dbt is called by name, and lies beside this Python, activated or not.
        "PATH": os.pathsep.join([tools, os.environ.get("PATH", "")]),
    }


def say(text: str = "") -> None:
    """Print a line of words."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Print a refusal on the other stream."""
    sys.stderr.write(f"{text}\n")


def refuse(text: str) -> typer.Exit:
    """Say that something is not well; raise what comes back: it ends with code 1."""
    complain(text)
    return typer.Exit(REFUSED)


def show(rows: "pl.DataFrame", *, as_json: bool, empty: str = "nothing") -> None:
    """Print rows as JSON, or as a table for people."""
    if as_json:
        show_json(rows.to_dicts())
    elif rows.is_empty():
        say(empty)
    else:
        _table(rows)


def show_answer(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what a command came to, a name and a value a line."""
    if as_json:
        show_json(answer)
        return
    for name, value in answer.items():
        if not isinstance(value, list | dict):
            say(f"{words(name):<24} {cell(name, value)}")


def show_json(value: object) -> None:
    """Print JSON: dates and decimals as text, nothing lost."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=_json_value))


def _json_value(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _table(rows: "pl.DataFrame") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, kind in rows.schema.items():
        table.add_column(words(name), justify="right" if kind.is_numeric() else "left")
    for row in rows.iter_rows():
        table.add_row(
            *(cell(name, value) for name, value in zip(rows.columns, row, strict=True))
        )
    # Into a file or pipe nothing is cut to the width of a screen.
    width = None if sys.stdout.isatty() else WIDTH
    Console(width=width).print(table, markup=False)


def words(name: str) -> str:
    """Return a column's name as words.

    >>> words("total_minor"), words("issued_on")
    ('total', 'issued on')
    """
    return name.removesuffix("_minor").replace("_", " ")


def cell(name: str, value: object) -> str:
    """Return a value as a person reads it: minor units with their decimals.

    >>> cell("total_minor", -129950), cell("name", None), cell("lines", 1200)
    ('-1 299.50', '', '1200')
    """
    if value is None:
        return ""
    if name.endswith("_minor") and isinstance(value, int):
        return f"{Decimal(value) / 100:,.2f}".replace(",", " ")
    return str(value)
