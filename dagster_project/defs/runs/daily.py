"""The runs of a day: credits used, bills sent, claims made, money collected."""

import dagster as dg

from billing.books import daily
from dagster_project.defs.partitions import daily_asset
from dagster_project.defs.resources import BooksResource, moment


def _total(answers: list[daily.Answer], name: str) -> int:
    return sum(int(answer.get(name, 0)) for answer in answers)


@daily_asset("payments", "runs", kinds={"polars", "postgres"}, deps=["received_files"])
def settled_credits(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """What customers have to their credit, used on what they owe, oldest first."""
    answers = daily.settle_credits(books.open(), moment(context))
    count = _total(answers, "settled")
    return dg.MaterializeResult(metadata={"dagster/row_count": count})


@daily_asset(
    "subscriptions", "runs", kinds={"polars", "postgres"}, deps=["settled_credits"]
)
def activated_quotes(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Quotes that are signed and paid, become agreements; old ones lapse."""
    answers = daily.activate_quotes(books.open(), moment(context))
    count = sum(len(answer["activated"]) for answer in answers)
    return dg.MaterializeResult(metadata={"dagster/row_count": count})


@daily_asset(
    "invoicing", "runs", kinds={"polars", "postgres"}, deps=["activated_quotes"]
)
def issued_invoices(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Invoices and credit notes: what should be billed less what has been."""
    answers = daily.bill(books.open(), moment(context))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": _total(answers, "invoices"),
            "credit_notes": _total(answers, "credit_notes"),
            "parked": _total(answers, "parked"),
            "total_minor": _total(answers, "total_minor"),
        }
    )


@daily_asset("payments", "runs", kinds={"polars", "postgres"}, deps=["issued_invoices"])
def settled_quotes(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """First payments of quotes, placed on the invoices of their agreements."""
    answers = daily.activate_quotes(books.open(), moment(context))
    count = _total(answers, "placed")
    return dg.MaterializeResult(metadata={"dagster/row_count": count})


@daily_asset("dunning", "runs", kinds={"polars", "postgres"}, deps=["settled_quotes"])
def issued_reminders(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Reminders of the day, one step at a time, with the lawful fee."""
    answers = daily.remind(books.open(), moment(context))
    count = _total(answers, "reminders")
    return dg.MaterializeResult(metadata={"dagster/row_count": count})


@daily_asset(
    "payment_methods", "runs", kinds={"polars", "postgres"}, deps=["issued_reminders"]
)
def ordered_collections(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Collection orders of the day, and the file for the bank in the outbox."""
    answers = daily.collect(books.open(), moment(context))
    count = _total(answers, "orders")
    return dg.MaterializeResult(metadata={"dagster/row_count": count})
