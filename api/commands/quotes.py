"""Quotes: offers of agreements, made, signed, paid."""

from datetime import date
from typing import Annotated

import typer

from api import console

app = typer.Typer(help="Quotes.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="The number of the quote: Q100001.")]


@app.command("make")
def make(  # noqa: PLR0913, PLR0917 - one parameter for each option
    customer: Annotated[str, typer.Argument(help="Who it is for, and who pays.")],
    plan: Annotated[str, typer.Argument(help="The plan that is offered.")],
    until: Annotated[
        date, typer.Option(parser=date.fromisoformat, help="The last day to accept.")
    ],
    quantity: Annotated[str, typer.Option(help="How many.")] = "1",
    campaign: Annotated[
        str | None, typer.Option(help="A code; several joined by +.")
    ] = None,
    activation: Annotated[
        str, typer.Option(help="signature or payment.")
    ] = "signature",
    on: console.On = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show it; record nothing.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Offer an agreement at today's price, until a day."""
    from decimal import Decimal

    from billing.subscriptions.agreement import agreements_frame
    from billing.subscriptions.quote import Quote

    row = {
        "customer_id": customer,
        "plan_id": plan,
        "quantity": Decimal(quantity),
        "campaign": campaign,
    }
    command = Quote(agreements_frame([row]), until, activation)
    answer = console.carry_out(console.books(), command, on, preview=preview)
    console.show_answer(answer, as_json=as_json)


@app.command("sign")
def sign(
    quote: Number,
    evidence: Annotated[str, typer.Option(help="How the signature is known.")],
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Record that a quote is signed; its agreements begin, or wait for a payment."""
    from billing.subscriptions.quote import SignQuote

    answer = console.carry_out(console.books(), SignQuote(quote, evidence), on)
    console.show_answer(answer, as_json=as_json)


@app.command("decline")
def decline(
    quote: Number,
    reason: Annotated[str, typer.Option(help="Why it is not wanted.")],
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Record that a quote is not wanted."""
    from billing.subscriptions.quote import DeclineQuote

    answer = console.carry_out(console.books(), DeclineQuote(quote, reason), on)
    console.show_answer(answer, as_json=as_json)


@app.command("activate")
def activate(on: console.On = None, as_json: console.Json = False) -> None:
    """Begin what is signed and paid, and let old quotes lapse; the day does it too."""
    from billing.subscriptions.quote import ActivateQuotes

    answer = console.carry_out(console.books(), ActivateQuotes(), on)
    console.show_answer(
        {
            k: ", ".join(v) if k in {"activated", "lapsed"} else v
            for k, v in answer.items()
        }
        if not as_json
        else answer,
        as_json=as_json,
    )


@app.command("list")
def list_(
    customer: Annotated[str | None, typer.Option(help="Only this customer's.")] = None,
    as_json: console.Json = False,
) -> None:
    """List the newest quotes and where they stand."""
    from billing.books.quotes import quotes

    found = quotes(console.books(), customer).drop("agreements")
    console.show(found, as_json=as_json, empty="no quotes")
