"""Collection: what would be drawn from payers' accounts, and the orders themselves."""

import typer

from api import console
from api.commands.invoicing import Entity, each

app = typer.Typer(help="Collection orders.", no_args_is_help=True)


@app.command("preview")
def preview(
    company: Entity = None, on: console.On = None, as_json: console.Json = False
) -> None:
    """Show what would be ordered today; nothing is recorded and no file is written."""
    from billing.payment_methods.command import OrderCollection

    each(OrderCollection, (company, on), as_json=as_json, preview=True)


@app.command("run")
def run(on: console.On = None, as_json: console.Json = False) -> None:
    """Order what is due and write the file for the bank into the outbox."""
    from billing.books import daily

    opened = console.books()
    for answer in daily.collect(opened, console.moment(on)):
        console.show_answer(answer, as_json=as_json)
    if not as_json:
        console.say(f"files for the bank lie in {opened.home.outbox}")
