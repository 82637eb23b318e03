"""Landing: the books as Parquet, part by part, for the warehouse to read."""

import dagster as dg

from billing.books import daily, landing
from dagster_project.defs.partitions import DAYS, OWNERS, RETRY
from dagster_project.defs.resources import BooksResource, moment


@dg.asset(
    group_name="ledger",
    kinds={"dbt", "postgres"},
    owners=OWNERS,
    partitions_def=DAYS,
    retry_policy=RETRY,
    deps=["ordered_collections"],
    pool="warehouse_build",
    tags={"step": "landing"},
)
def booked_vouchers(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Vouchers: the audited journal less what has been booked.

    Numbered and balanced.
    """
    answer = daily.book_journal(books.open(), moment(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": answer["vouchers"]})


@dg.asset(
    group_name="ledger",
    kinds={"parquet", "postgres"},
    owners=OWNERS,
    partitions_def=DAYS,
    retry_policy=RETRY,
    deps=["booked_vouchers"],
    tags={"step": "landing"},
)
def landed_books(books: BooksResource) -> dg.MaterializeResult:
    """Every fact committed since the last landing, in new immutable parts."""
    landed = landing.land(books.open())
    return dg.MaterializeResult(
        metadata={"dagster/row_count": landed.rows, "position": landed.position}
    )
