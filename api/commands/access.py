"""Access: keys of machines are issued, shown once, and revoked."""

from typing import Annotated

import typer

from api import console

app = typer.Typer(help="API keys.", no_args_is_help=True)


@app.command("issue")
def issue(
    holder: Annotated[str, typer.Argument(help="Who uses the key, such as webshop.")],
    role: Annotated[str, typer.Option(help="What it may do.")] = "integrator",
    days: Annotated[int, typer.Option(min=1, max=366)] = 365,
    as_json: console.Json = False,
) -> None:
    """Issue an API key; it is shown this once."""
    from billing.books.access import IssueApiKey

    answer = console.carry_out(console.books(), IssueApiKey(holder, role, days))
    console.show_answer(answer, as_json=as_json)


@app.command("revoke")
def revoke(key_id: str) -> None:
    """Revoke an API key; it opens nothing from now on."""
    from billing.books.access import RevokeApiKey

    console.carry_out(console.books(), RevokeApiKey(key_id))
    console.say(f"key {key_id} is revoked")
