"""Files that have come are read into facts; every byte is kept."""

import dagster as dg

from dagster_project.defs.partitions import DAYS, OWNERS, RETRY
from dagster_project.defs.resources import BooksResource, moment
from ingest import inbox


@dg.asset(
    group_name="payments",
    kinds={"polars", "postgres"},
    owners=OWNERS,
    partitions_def=DAYS,
    retry_policy=RETRY,
    tags={"step": "inbox"},
)
def received_files(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Files of the inbox: recognised, kept in the vault, recorded once and matched."""
    received = inbox.receive(books.open(), moment(context))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": received.rows,
            "files": received.files,
            "refused": received.refused,
        }
    )
