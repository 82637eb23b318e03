"""Files of banks and providers: taken in from anywhere, or only read and shown."""

from pathlib import Path
from typing import Annotated

import typer

from api import console

formats = typer.Typer(help="File formats.", no_args_is_help=True)


@formats.command("read")
def read(file: console.ExistingFile) -> None:
    """Print a file of any known format as JSON; nothing is recorded."""
    from billing.formats import reading

    console.show_json(reading.read(file.read_bytes()))


def ingest(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Take in bank and provider files: recognised, recorded once, matched."""
    import shutil

    from ingest import inbox

    opened = console.books()
    for file in files:
        shutil.copyfile(file, opened.home.inbox / file.name)
    received = inbox.receive(opened, console.moment(on))
    answer = {name: getattr(received, name) for name in ("files", "rows", "refused")}
    console.show_answer(answer, as_json=as_json)
    if received.refused:
        raise console.refuse(
            f"{received.refused} rows or files were refused; they wait in "
            f"{opened.home.quarantine}"
        )
