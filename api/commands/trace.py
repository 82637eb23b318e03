"""A trace leads from an invoice down to its lines, facts, payments and file bytes."""

from typing import Annotated

import typer

from api import console


def trace(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="An invoice, agreement or payment.")
    ],
    as_json: console.Json = False,
) -> None:
    """Show where a number comes from: documents, facts, payments, files."""
    from billing.books import traces

    found = traces.of(console.books(), id_)
    if as_json:
        console.show_json({name: frame.to_dicts() for name, frame in found.items()})
        return
    for name, frame in found.items():
        console.say(name.upper())
        console.show(frame, as_json=False)
        console.say()
