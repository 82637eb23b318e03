"""`saldo` is the command line: an interface like the others, over the same handler.

Exit codes: 0 done, 1 refused or not all well, 2 misused. This file only assembles the
commands, each of which imports what it needs when it is called.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from api import console
from api.commands import (
    access,
    base,
    bench,
    campaigns,
    catalogue,
    collection,
    company,
    customers,
    day,
    demo,
    dunning,
    files,
    invoicing,
    migration,
    quotes,
    reports,
    scenario,
    serve,
    trace,
    verify,
    webhooks,
    what_if,
)

app = typer.Typer(
    name="saldo",
    help="Subscription billing and finance, provable to the öre.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
GROUPS = {
    "customers": customers.app,
    "format": files.formats,
    "catalogue": catalogue.app,
    "campaign": campaigns.app,
    "quote": quotes.app,
    "bill": invoicing.app,
    "dun": dunning.app,
    "collect": collection.app,
    "migration": migration.app,
    "scenario": scenario.app,
    "key": access.app,
    "webhook": webhooks.app,
}


@app.callback()
def saldo(
    home: Annotated[
        Path | None,
        typer.Option(help="The folder of the installation; default SALDO_HOME or var."),
    ] = None,
) -> None:
    """Subscription billing and finance, provable to the öre."""
    if home is not None:
        os.environ["SALDO_HOME"] = str(home)


COMMANDS: dict[str, Callable[..., None]] = {
    "init": company.init,
    "demo": demo.demo,
    "day": day.day,
    "import": base.import_,
    "ingest": files.ingest,
    "report": reports.report,
    "what-if": what_if.what_if,
    "trace": trace.trace,
    "verify": verify.verify,
    "serve": serve.serve,
    "bench": bench.bench,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a refusal of the core is words on stderr and exit code 1."""
    from billing.errors import No

    try:
        app(args=None if arguments is None else list(arguments))
    except No as no:
        where = f"{no.field}: " if no.field else ""
        console.complain(f"{where}{no.message}")
        sys.exit(console.REFUSED)


if __name__ == "__main__":
    main()
