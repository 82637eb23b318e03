"""Moving a base in from another system: taken in one go, tied, and billed in shadow."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import console

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(
    help="Move a base in from another system, and see that it bills the same.",
    no_args_is_help=True,
)
ENOUGH = 0.999
SHOWN = 20
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False)]


@app.command()
def take(folder: Folder, on: console.On = None, as_json: console.Json = False) -> None:
    """Take a folder's files in the right order; each row refused waits to be mended.

    A file is named after its kind (customers.csv, agreements.csv …) or known by its
    headings; mapping.yaml in the folder says how the files are to be read.
    """
    from ingest.base import moving

    moved = moving.take(
        console.books(), folder, moment=console.moment(on), actor=console.actor()
    )
    console.show(moved.files, as_json=as_json, empty="the folder has no files")
    if moved.refused:
        raise console.refuse(
            f"{moved.refused} rows were refused; they lie in the quarantine, each file "
            "with its report: correct them, and take them from there"
        )


@app.command()
def check(on: console.On = None, as_json: console.Json = False) -> None:
    """Show control totals, and what the cut-over would bill twice or not at all."""
    from billing.books import shadow

    found = shadow.checked(console.books(), console.moment(on).on)
    if as_json:
        console.show_json(
            {"totals": found.totals.to_dicts(), "gaps": found.gaps.to_dicts()}
        )
    else:
        console.show(found.totals, as_json=False)
        if found.gaps.height:
            console.show(found.gaps.head(SHOWN), as_json=False)
    if found.gaps.height:
        raise console.refuse(
            f"{found.gaps.height} agreements do not begin here where they ended there"
        )


@app.command(name="shadow")
def shadow_(
    on: console.On = None,
    since: Annotated[
        date | None,
        typer.Option(
            parser=date.fromisoformat,
            metavar="DATE",
            help="All invoices issued from that day; default: each agreement's last.",
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write every line compared to this file.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Bill again what the other system has billed last; show what differs and why."""
    from billing.books import shadow

    found = shadow.compared(console.books(), console.moment(on).on, since=since)
    if csv is not None:
        found.rows.write_csv(csv, include_bom=True, separator=";")
    summary = found.summary
    if as_json:
        differing = found.rows.filter(found.rows["class"] != "equal")
        console.show_json({**summary, "differences": differing.to_dicts()})
    else:
        _say(summary, found.rows)
    if summary["equal_share"] < ENOUGH:
        share = f"{summary['equal_share']:.2%}"
        raise console.refuse(f"{share} of the lines are equal; it takes {ENOUGH:.1%}")


def _say(summary: dict[str, Any], rows: "pl.DataFrame") -> None:
    import polars as pl

    from billing.invoicing.differing import CLASSES

    console.say(f"{'lines compared':<40} {summary['lines']:>10,}")
    console.say(f"{'equal':<40} {summary['equal']:>10,} ({summary['equal_share']:.2%})")
    for name, lines in summary["by_class"].items():
        console.say(f"{CLASSES[name]:<40} {lines:>10,}")
    if summary["skipped"]:
        told = "fees, and agreements that had ended"
        console.say(f"{told:<40} {summary['skipped']:>10,}")
    differing = rows.filter(pl.col("class") != "equal").select(
        "invoice_id", "n", "subscription_id", "old_net_minor", "new_net_minor",
        "class", "words",
    )  # fmt: skip
    if differing.height:
        console.show(differing.head(SHOWN), as_json=False)
