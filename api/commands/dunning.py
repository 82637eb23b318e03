"""Dunning: who would be reminded today, and the reminders themselves."""

import typer

from api import console
from api.commands.invoicing import Entity, each

app = typer.Typer(help="Reminders.", no_args_is_help=True)


@app.command("preview")
def preview(
    company: Entity = None, on: console.On = None, as_json: console.Json = False
) -> None:
    """Show the reminders that would be sent today; nothing is recorded."""
    from billing.dunning.command import SendReminders

    each(SendReminders, (company, on), as_json=as_json, preview=True)


@app.command("run")
def run(
    company: Entity = None, on: console.On = None, as_json: console.Json = False
) -> None:
    """Send the reminders that are due: once a step, however often it is run."""
    from billing.dunning.command import SendReminders

    each(SendReminders, (company, on), as_json=as_json, preview=False)
