"""Campaigns: what is offered, and whether it does what its examples say."""

import typer

from api import console

app = typer.Typer(help="Campaigns.", no_args_is_help=True)


@app.command("test")
def try_(file: console.ExistingFile, as_json: console.Json = False) -> None:
    """Try the examples of a file's campaigns; exit code 1 where one fails."""
    import polars as pl

    from billing.campaigns import examples
    from billing.catalogue.file import parse

    campaigns = parse(file.read_text(encoding="utf-8")).campaigns
    tried = campaigns.select(pl.col("examples").str.count_matches('"expect"').sum())
    failed = examples.failures(campaigns)
    count = int(tried.item() or 0)
    if as_json:
        console.show_json({"examples": count, "failures": failed})
    else:
        for failure in failed:
            console.say(failure)
        console.say(f"{count - len(failed)} of {count} examples come out as they say")
    if failed:
        raise console.refuse(f"{len(failed)} examples come out otherwise")


@app.command("list")
def list_(as_json: console.Json = False) -> None:
    """List the campaigns, those launched last first, with how often they were taken."""
    from billing.books.offers import launched

    console.show(launched(console.books()), as_json=as_json, empty="no campaigns")
