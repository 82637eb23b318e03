"""The catalogue as a file: shown, compared, tried, proposed, applied, taken back."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import console
from api.commands import what_if

if TYPE_CHECKING:
    from billing.books.session import Books
    from billing.catalogue.frames import Catalogue

app = typer.Typer(help="The catalogue as a file.", no_args_is_help=True)
Note = Annotated[str, typer.Option(help="Why: stands with the decision.")]
Proposal = Annotated[str, typer.Argument(help="The proposal, as `list` shows it.")]


@app.command("show")
def show(on: console.On = None, as_json: console.Json = False) -> None:
    """Print what is sold as a catalogue file, to begin a change from."""
    from billing.books import queries
    from billing.books.standing_catalogue import known
    from billing.catalogue import idea
    from billing.catalogue.written import written

    opened, day = console.books(), console.moment(on).on
    with opened.reader() as read:
        sold = known(read, day)
    sellers = queries.companies(opened, day)
    told = written(sold, sellers[0].currency if sellers else "SEK")
    if as_json:
        console.show_json(told)
    else:
        console.say(idea.to_yaml(told).rstrip())


@app.command("diff")
def diff(
    file: console.ExistingFile, on: console.On = None, as_json: console.Json = False
) -> None:
    """Show what a catalogue file would change, for how many agreements, from when."""
    from billing.books import proposals

    opened = console.books()
    day = console.moment(on).on
    changes = proposals.reaching(opened, _parsed(opened, file, on), day)
    console.show(changes, as_json=as_json, empty="nothing changes")


@app.command("test")
def try_(
    file: console.ExistingFile,
    on: console.On = None,
    months: Annotated[int, typer.Option(min=1, max=60)] = 12,
    as_json: console.Json = False,
) -> None:
    """Try a catalogue file on the whole base; nothing is recorded.

    Shown are what changes and for whom, the checks and the examples of its campaigns,
    and what it does to revenue, VAT, cash and MRR in the months to come.
    """
    from billing.books import catalogue_check

    opened = console.books()
    day = console.moment(on).on
    found = catalogue_check.examined(opened, _parsed(opened, file, on), day, months)
    if as_json:
        console.show_json(
            {
                "passed": found.passed,
                "changes": found.changes.to_dicts(),
                "checks": found.checks.to_dicts(),
                "what_if": {
                    name: what_if.as_data(one)
                    for name, one in found.simulations.items()
                },
            }
        )
    else:
        console.show(found.changes, as_json=False, empty="nothing changes")
        console.say()
        console.show(found.checks, as_json=False)
        for one in found.simulations.values():
            console.say()
            what_if.print_simulation(one)
    if not found.passed:
        raise console.refuse("the catalogue file does not pass: see the checks")


@app.command("apply")
def apply(
    file: console.ExistingFile,
    note: Note = "",
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Propose a catalogue file; where approval is by rule it holds from the day on."""
    from billing.catalogue.proposal import ProposeCatalogue

    content = file.read_text(encoding="utf-8")
    command = ProposeCatalogue(content, console.moment(on).on, note)
    answer = console.carry_out(console.books(), command, on)
    if answer["state"] == "nothing_changes" and not as_json:
        console.say("nothing changes")
        return
    console.show_answer(answer, as_json=as_json)
    if answer["state"] == "proposed" and not as_json:
        number = answer["proposal_id"]
        console.say(f"a colleague applies it with: saldo catalogue approve {number}")


@app.command("approve")
def approve(  # noqa: PLR0913, PLR0917 - one parameter for each option
    proposal: Proposal,
    fingerprint: Annotated[
        str | None,
        typer.Option(help="Of what you have looked at; default: as it was proposed."),
    ] = None,
    note: Note = "",
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Approve and apply what a colleague has proposed."""
    from billing.catalogue.proposal import ApproveCatalogue

    opened = console.books()
    seen = fingerprint or _fingerprint(opened, proposal)
    command = ApproveCatalogue(proposal, seen, note)
    console.show_answer(console.carry_out(opened, command, on), as_json=as_json)


@app.command("reject")
def reject(
    proposal: Proposal,
    note: Note = "",
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Turn a proposal down."""
    from billing.catalogue.proposal import RejectCatalogue

    answer = console.carry_out(console.books(), RejectCatalogue(proposal, note), on)
    console.show_answer(answer, as_json=as_json)


@app.command("withdraw")
def withdraw(
    proposal: Proposal,
    reason: Annotated[str, typer.Option(help="Why it is taken back.")],
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Take back what was applied, before it has taken effect."""
    from billing.catalogue.proposal import WithdrawCatalogue

    answer = console.carry_out(console.books(), WithdrawCatalogue(proposal, reason), on)
    console.show_answer(answer, as_json=as_json)


@app.command("list")
def list_(as_json: console.Json = False) -> None:
    """List what has been proposed, newest first, and what became of it."""
    from billing.books import proposals

    found = proposals.listed(console.books()).drop("content")
    shown = found if as_json else found.select(
        "proposal_id", "state", "effective_on", "proposed_by", "note", "decided_by",
        "decided_on", "withdrawal_reason",
    )  # fmt: skip
    console.show(shown, as_json=as_json, empty="nothing has been proposed")


def _fingerprint(opened: "Books", proposal: str) -> str:
    from billing.books import proposals

    found = proposals.proposal(opened, proposal)
    return "" if found.is_empty() else str(found["fingerprint"][0])


def _parsed(opened: "Books", file: Path, on: date | None) -> "Catalogue":
    from billing.books import queries
    from billing.catalogue.file import parse

    day = console.moment(on).on
    sellers = queries.companies(opened, day)
    text = file.read_text(encoding="utf-8")
    if not sellers:
        return parse(text)
    return parse(text, currency=sellers[0].currency, country=sellers[0].country)
