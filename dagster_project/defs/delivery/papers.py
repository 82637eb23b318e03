"""Delivery: the papers of the day, for the channels that take them to customers."""

import dagster as dg

from billing.books import delivery
from dagster_project.defs.partitions import daily_asset
from dagster_project.defs.resources import BooksResource, moment


@daily_asset("invoicing", "delivery", kinds={"pdf"}, deps=["published_build"])
def delivered_papers(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Invoices and reminders of the day as PDF, in the vault and in the outbox."""
    delivered = delivery.deliver(books.open(), moment(context))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": delivered.documents,
            "refused": list(delivered.refused),
        }
    )
