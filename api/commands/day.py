"""The daily job on the command line: the same steps that the orchestrator runs."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import console

if TYPE_CHECKING:
    from billing.books.handle import Moment
    from billing.books.session import Books


def day(
    on: console.On = None,
    through: Annotated[
        date | None,
        typer.Option(
            parser=date.fromisoformat, metavar="DATE", help="Also all days up to this."
        ),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Carry out the daily job: files in, bill, remind, collect, publish, deliver."""
    import polars as pl

    opened = console.books()
    first = console.moment(on).on
    last = through or first
    if last < first:
        raise typer.BadParameter(f"--through {last} is before the first day, {first}")
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    done = [_carried_out(opened, console.moment(each)) for each in days]
    published = _publish(opened, console.moment(last))
    console.show(pl.DataFrame(done), as_json=as_json)
    if not as_json:
        console.say(
            f"published {published.build_id}, {published.checks} checks passed; "
            f"files for banks and customers lie in {opened.home.outbox}"
        )
    if any(row["refused"] for row in done):
        raise console.refuse(
            f"some rows or files were refused; they wait in {opened.home.quarantine}"
        )


def _carried_out(opened: "Books", moment: "Moment") -> dict[str, Any]:
    """Receive and run the steps of one day; return what the day came to, in a row."""
    from billing.books import daily, delivery
    from ingest import inbox

    received = inbox.receive(opened, moment)
    answers = {name: step(opened, moment) for name, step in daily.STEPS}
    delivered = delivery.deliver(opened, moment)
    return {
        "day": moment.on,
        "files": received.files,
        "rows": received.rows,
        "refused": received.refused,
        "invoices": _total(answers["bill"], "invoices"),
        "credit_notes": _total(answers["bill"], "credit_notes"),
        "total_minor": _total(answers["bill"], "total_minor"),
        "parked": _total(answers["bill"], "parked"),
        "reminders": _total(answers["remind"], "reminders"),
        "collected": _total(answers["collect"], "orders"),
        "papers": delivered.documents,
    }


def _total(answers: list[dict[str, Any]], name: str) -> int:
    return sum(int(answer.get(name, 0)) for answer in answers)


def _publish(opened: "Books", moment: "Moment") -> Any:  # noqa: ANN401 - what is published
    from billing.books import daily

    return daily.publish(opened, moment)
