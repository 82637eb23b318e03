"""Delivery: the papers of the day, for the channels that take them to customers."""

import dagster as dg

from billing.books import delivery
from dagster_project.defs.partitions import DAYS, OWNERS, RETRY
from dagster_project.defs.resources import BooksResource, moment


@dg.asset(
    group_name="invoicing",
    kinds={"pdf"},
    owners=OWNERS,
    partitions_def=DAYS,
    retry_policy=RETRY,
    deps=["published_build"],
    tags={"step": "delivery"},
)
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
