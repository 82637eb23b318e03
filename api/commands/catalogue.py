"""The catalogue as a file: what it would change is shown, and then applied."""

from typing import TYPE_CHECKING

import typer

from api import console

if TYPE_CHECKING:
    from billing.catalogue.file import Catalogue

app = typer.Typer(help="The catalogue as a file.", no_args_is_help=True)


@app.command("diff")
def diff(
    file: console.ExistingFile, on: console.On = None, as_json: console.Json = False
) -> None:
    """Show what a catalogue file would change; nothing is recorded."""
    from billing.books.commands.catalogue import known
    from billing.catalogue.review import review

    opened = console.books()
    with opened.reader() as read:
        sold = known(read, console.moment(on).on)
    changes = review(_parsed(file), sold).changes
    console.show(changes, as_json=as_json, empty="nothing changes")


@app.command("apply")
def apply(
    file: console.ExistingFile, on: console.On = None, as_json: console.Json = False
) -> None:
    """Apply a catalogue file: what differs from what is sold holds from the day on."""
    from billing.catalogue.file import ApplyCatalogue

    command = ApplyCatalogue(_parsed(file), console.moment(on).on)
    answer = console.carry_out(console.books(), command, on)
    console.show_answer(answer, as_json=as_json)


def _parsed(file: console.ExistingFile) -> "Catalogue":
    from billing.catalogue.file import parse

    return parse(file.read_text(encoding="utf-8"))
