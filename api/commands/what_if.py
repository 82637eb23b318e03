"""What if: the whole base under other prices, campaigns, rates or rules."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import console

if TYPE_CHECKING:
    import polars as pl

    from billing.books.what_if import Simulation
    from billing.invoicing.what_if import Comparison
    from billing.invoicing.what_if_rules import Scenario

FRAMES = (
    "by_month", "by_plan", "by_cohort", "by_campaign", "totals", "payers", "parked",
)  # fmt: skip
MONTHLY = ("billed_net", "vat", "recognised", "deferred", "cash", "mrr")
PAYERS_SHOWN = 10


def what_if(
    file: console.ExistingFile,
    on: console.On = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            help="A folder for the frames, one CSV file each.", file_okay=False
        ),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Show what other rules would do to revenue, VAT, cash and MRR, and who pays more.

    The file states the rules (see docs/what-if.md); nothing is recorded.
    """
    from billing.books.what_if import simulated

    found = simulated(console.books(), _scenario(file), console.moment(on).on)
    if csv is not None:
        _write(found, csv)
    if as_json:
        console.show_json(as_data(found))
    else:
        print_simulation(found)


def _scenario(file: Path) -> "Scenario":
    """Read the file, and the catalogue file that it names beside it."""
    from billing.catalogue.reading import read
    from billing.invoicing.what_if_rules import WrongScenario, parse

    scenario = parse(file.read_text(encoding="utf-8"))
    if not isinstance(scenario.catalogue, str):
        return scenario
    named = file.parent / scenario.catalogue
    if not named.is_file():
        raise WrongScenario(
            f"there is no file {scenario.catalogue} beside {file.name}",
            field="catalogue",
        )
    part = read(named.read_text(encoding="utf-8"))
    return scenario.model_copy(update={"catalogue": part or {}})


def as_data(found: "Simulation") -> dict[str, Any]:
    """Return a simulation as JSON-able data: its frames as rows, by their names."""
    data = {
        "company": found.company,
        "on": found.on.isoformat(),
        "name": found.scenario.name,
        **_frames(found.forecast),
    }
    if found.replay is not None:
        data["replay"] = _frames(found.replay)
    return data


def _frames(one: "Comparison") -> dict[str, Any]:
    frames = {name: getattr(one, name).to_dicts() for name in FRAMES}
    return {"counts": one.counts, **frames}


def _write(found: "Simulation", folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sides = {"": found.forecast, "replay_": found.replay}
    for prefix, one in sides.items():
        if one is not None:
            for name in FRAMES:
                getattr(one, name).write_csv(folder / f"{prefix}{name}.csv")


def print_simulation(found: "Simulation") -> None:
    """Print a simulation for people: months as rows, then plans and who pays more."""
    if found.replay is not None:
        replay = found.replay
        console.say(f"{replay.counts['runs']} days of runs, issued again")
        _print_months(replay.by_month)
        _print_payers(replay)
        console.say()
    one = found.forecast
    counts = one.counts
    name = f"{found.scenario.name}: " if found.scenario.name else ""
    console.say(
        f"{name}{counts['agreements']} agreements of {found.company}, of "
        f"{counts['representatives']} kinds, from {found.on}"
    )
    _print_months(one.by_month)
    console.say()
    _print_changed(one.by_plan, "plan_id", "by plan")
    _print_changed(one.by_campaign, "campaign_id", "by campaign")
    _print_payers(one)
    if one.parked.height:
        console.say(f"{one.parked.height} agreements cannot be billed; see parked")


def _print_months(by_month: "pl.DataFrame") -> None:
    """Print one table for each measure that differs, and the first two in any case."""
    import polars as pl

    for measure in MONTHLY:
        rows = by_month.filter(pl.col("measure") == measure).drop("measure")
        differs = bool((rows["difference_minor"] != 0).any())
        if differs or measure in MONTHLY[:2]:
            console.say(console.words(measure))
            console.show(rows, as_json=False)


def _print_changed(rows: "pl.DataFrame", key: str, title: str) -> None:
    import polars as pl

    changed = rows.filter((pl.col("difference_minor") != 0) & pl.col(key).is_not_null())
    if changed.height:
        console.say(title)
        console.show(changed, as_json=False)


def _print_payers(one: "Comparison") -> None:
    import polars as pl

    counts = one.counts
    leave = f", {counts['leave']} of them leave" if counts["leave"] else ""
    console.say(f"{counts['pay_more']} pay more{leave}; {counts['pay_less']} pay less")
    if one.payers.height:
        rise = pl.col("after_minor") - pl.col("before_minor")
        most = one.payers.sort(rise, descending=True).head(PAYERS_SHOWN)
        console.show(
            most.select(
                "subscription_id", "customer_id", "plan_id", "before_minor",
                "after_minor", "from_on", "reason",
            ),
            as_json=False,
        )  # fmt: skip
