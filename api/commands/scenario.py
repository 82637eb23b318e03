"""Scenarios: stories in data, run through the real engine on books of their own."""

from pathlib import Path
from typing import Annotated

import typer

from api import console

app = typer.Typer(help="Scenario files.", no_args_is_help=True)

MISUSED = 2


@app.command("run")
def run(
    files: Annotated[list[Path], typer.Argument(exists=True)],
    as_json: console.Json = False,
) -> None:
    """Play scenario files: 0 when all came out as expected, 1 not, 2 not valid."""
    from ingest import scenarios

    code, told = scenarios.run(files, as_json=as_json)
    (console.complain if code == MISUSED else console.say)(told)
    raise typer.Exit(code)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from ingest import scenarios

    console.show_json(scenarios.schema())
