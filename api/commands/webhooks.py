"""Webhooks: endpoints are added and disabled, and what is due is delivered."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from api import console

app = typer.Typer(help="Webhooks.", no_args_is_help=True)

PAUSE_SECONDS = 2.0


@app.command("add")
def add(
    url: str,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="Default: all events.")
    ] = None,
    allow_loopback: Annotated[
        bool, typer.Option(help="Let it be an address on this machine.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Add an endpoint; its signing secret is shown this once."""
    from billing.webhooks.command import RegisterEndpoint

    command = RegisterEndpoint(url, tuple(kinds or ["*"]), allow_loopback)
    answer = console.carry_out(console.books(), command)
    console.show_answer(answer, as_json=as_json)


@app.command("list")
def list_(as_json: console.Json = False) -> None:
    """List the endpoints."""
    from billing.books import oversight

    console.show(oversight.webhook_endpoints(console.books()), as_json=as_json)


@app.command("disable")
def disable(endpoint_id: str) -> None:
    """Send nothing more to an endpoint."""
    from billing.webhooks.command import DisableEndpoint

    console.carry_out(console.books(), DisableEndpoint(endpoint_id))
    console.say(f"endpoint {endpoint_id} is disabled")


@app.command("deliver")
def deliver(
    follow: Annotated[bool, typer.Option(help="Go on until stopped.")] = False,
    as_json: console.Json = False,
) -> None:
    """Deliver what is due now."""
    from api.deliver import deliver
    from billing.books import webhooks

    opened = console.books()
    deliver(opened, _now)
    try:
        while follow:
            time.sleep(PAUSE_SECONDS)
            deliver(opened, _now)
    except KeyboardInterrupt:
        console.say("stopped; what was being sent is sent again when its lease ends")
    console.show_answer(webhooks.states(opened), as_json=as_json)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the shell is where the clock is read
