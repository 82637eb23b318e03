"""Scenarios: stories in data, run through the real engine on books of their own."""

import typer

from api import console

app = typer.Typer(help="Scenario files.", no_args_is_help=True)
