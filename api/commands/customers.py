"""Customers on the command line: found, shown, merged, given out and forgotten."""

from typing import Annotated

import typer

from api import console

app = typer.Typer(help="Customers.", no_args_is_help=True)
Why = Annotated[str, typer.Option("--reason", help="Why; kept with what is done.")]
FOUND = 20


@app.command("search")
def search(text: str, limit: int = FOUND, as_json: console.Json = False) -> None:
    """Find customers, invoices and agreements by number, name, e-mail, reference …."""
    from billing.books import customer_search

    found = customer_search.found(console.books(), text, limit)
    console.show(found.drop("score"), as_json=as_json, empty="nobody is called that")


@app.command("show")
def show(
    customer_id: str, on: console.On = None, as_json: console.Json = False
) -> None:
    """Show one customer; a person's identity number is masked."""
    from billing.books import queries

    opened = console.books()
    found = queries.customer(opened, customer_id)
    if found.is_empty():
        raise console.refuse(f"there is no customer {customer_id}")
    owed = queries.balance(opened, customer_id, console.moment(on).on)
    row = found.drop("seq").row(0, named=True)
    console.show_answer({**row, **owed}, as_json=as_json)


@app.command("duplicates")
def duplicates(
    customer_id: Annotated[
        str | None, typer.Argument(help="Of one customer; default: the register.")
    ] = None,
    limit: int = 50,
    as_json: console.Json = False,
) -> None:
    """Show registrations that may be one customer, the likest first."""
    from billing.books import duplicates

    opened = console.books()
    found = (
        duplicates.candidates(opened, limit)
        if customer_id is None
        else duplicates.candidates_of(opened, customer_id, limit)
    )
    console.show(found, as_json=as_json, empty="no duplicates")


@app.command("merge")
def merge(
    kept_id: str, merged_id: str, reason: Why, as_json: console.Json = False
) -> None:
    """Say that two registrations are one customer."""
    from billing.customers.merging import MergeCustomers

    command = MergeCustomers(kept_id, merged_id, reason)
    answer = console.carry_out(console.books(), command)
    console.show_answer(answer, as_json=as_json)


@app.command("split")
def split(merge_id: str, reason: Why, as_json: console.Json = False) -> None:
    """Take a merge back."""
    from billing.customers.merging import SplitCustomers

    answer = console.carry_out(console.books(), SplitCustomers(merge_id, reason))
    console.show_answer(answer, as_json=as_json)


@app.command("export")
def export(customer_id: str) -> None:
    """Print everything the books hold of a person, as JSON (GDPR article 15)."""
    from billing.books import personal_data

    console.show_json(personal_data.exported(console.books(), customer_id))


@app.command("erase")
def erase(  # noqa: PLR0913, PLR0917 - one parameter for each option
    reason: Why,
    customer_id: Annotated[str | None, typer.Argument()] = None,
    due: Annotated[
        bool, typer.Option("--due", help="All whose name need not be kept any more.")
    ] = False,
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Forget a person; what bookkeeping needs goes when its time is over."""
    from billing.books import personal_data
    from billing.customers.personal_data import ErasePersonalData

    opened = console.books()
    if (customer_id is None) is not due:
        raise console.refuse("name a customer, or give --due")
    day = console.moment(on).on
    who = (
        personal_data.erasures_due(opened, day)["customer_id"].to_list()
        if customer_id is None
        else [customer_id]
    )
    for one in who:
        answer = console.carry_out(opened, ErasePersonalData(one, reason), on)
        console.show_answer(answer, as_json=as_json)


@app.command("history")
def history(
    customer_id: str,
    kind: Annotated[
        str, typer.Option(help="customer, subscription, plan, product, campaign ….")
    ] = "customer",
    as_json: console.Json = False,
) -> None:
    """Show who changed what of a customer, or of another thing, newest first."""
    from billing.books import object_history

    told = object_history.history(console.books(), kind, customer_id)
    console.show(told, as_json=as_json)
