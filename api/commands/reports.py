"""Reports: which there are, and each for a period, on the screen or into a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import console

if TYPE_CHECKING:
    import polars as pl

    from billing.books.session import Books

SIE = "sie"


def report(  # noqa: PLR0913, PLR0917 - one parameter for each option
    name: Annotated[str, typer.Argument(help="A report, or: list.")],
    period: Annotated[
        str | None, typer.Option(help="2026 or 2026-02; needed by sie.")
    ] = None,
    company: Annotated[str | None, typer.Option(help="Legal entity.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder; default for files: reports.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Print a report, or write it into a folder; `saldo report list` names them."""
    opened = console.books()
    if name == "list":
        console.show(listed(opened), as_json=as_json)
    elif name == SIE:
        _sie(opened, company, period, out)
    else:
        _mart(opened, name, out, as_json=as_json)


def listed(opened: "Books") -> "pl.DataFrame":
    """Return the reports: statutory files, and the tables of the published build."""
    import polars as pl

    from billing.books import warehouse

    rows = [{"name": SIE, "what": "booked vouchers of a period as SIE 4I"}]
    try:
        rows += [
            {"name": name, "what": f"as of {warehouse.published(opened.home).as_of}"}
            for name in _marts(opened)
        ]
    except warehouse.NothingPublished as nothing:
        console.complain(nothing.message)
    return pl.DataFrame(rows)


def _marts(opened: "Books") -> list[str]:
    from billing.books import warehouse

    found = warehouse.published(opened.home).read(
        "select table_name from information_schema.tables"
        " where table_schema = 'main' order by table_name"
    )
    names: list[str] = found["table_name"].to_list()
    return names


def _sie(
    opened: "Books", company: str | None, period: str | None, out: Path | None
) -> None:
    from api.commands.invoicing import entities
    from billing.books import exports
    from billing.books.vault import write_durably

    if period is None:
        raise typer.BadParameter("say which: --period 2026 or --period 2026-02")
    folder = out or opened.home.reports
    folder.mkdir(parents=True, exist_ok=True)
    today = console.moment().on
    for entity in entities(opened, company, None):
        export = exports.sie_4i(opened, entity, period, today)
        write_durably(folder / export.name, export.content)
        console.say(str(folder / export.name))


def _mart(opened: "Books", name: str, out: Path | None, *, as_json: bool) -> None:
    from billing.books import warehouse
    from billing.errors import NotFound

    if name not in _marts(opened):
        raise NotFound(f"there is no report {name!r}; see: saldo report list")
    found = warehouse.published(opened.home).read(f'select * from "{name}"')  # noqa: S608 - the name is one of the tables
    if out is None:
        console.show(found, as_json=as_json)
        return
    out.mkdir(parents=True, exist_ok=True)
    found.write_csv(out / f"{name}.csv")
    console.say(str(out / f"{name}.csv"))
