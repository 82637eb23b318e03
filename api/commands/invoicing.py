"""Billing runs: previewed with their reasons, or approved and carried out."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from api import console

if TYPE_CHECKING:
    from billing.books.session import Books

app = typer.Typer(help="Billing runs.", no_args_is_help=True)

Entity = Annotated[
    str | None, typer.Option("--company", help="Legal entity; default: all.")
]


@app.command("preview")
def preview(
    company: Entity = None, on: console.On = None, as_json: console.Json = False
) -> None:
    """Show what a billing run would issue today, and why; nothing is recorded."""
    from billing.invoicing.command import PreviewRun

    each(PreviewRun, (company, on), as_json=as_json, preview=True)


@app.command("run")
def run(
    company: Entity = None, on: console.On = None, as_json: console.Json = False
) -> None:
    """Issue what should have been billed and has not: once, however often it is run."""
    from billing.invoicing.command import BillDay

    each(BillDay, (company, on), as_json=as_json, preview=False)


def each(
    command: Callable[[str], object],
    of: tuple[str | None, date | None],
    *,
    as_json: bool,
    preview: bool,
) -> None:
    """Give a command for a legal entity (null: for each) on a day; print the end."""
    company, on = of
    opened = console.books()
    for entity in entities(opened, company, on):
        answer = console.carry_out(opened, command(entity), on, preview=preview)
        console.show_answer({"company": entity, **answer}, as_json=as_json)


def entities(opened: "Books", company: str | None, on: date | None) -> list[str]:
    """Return the legal entities that a command is for."""
    from billing.books import queries

    if company is not None:
        return [company]
    known = queries.companies(opened, console.moment(on).on)
    if not known:
        raise console.refuse("there is no company yet; set one up with: saldo init")
    return [found.legal_entity for found in known]
