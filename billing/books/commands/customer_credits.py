"""Using customers' credits on what they owe, in the books."""

import polars as pl

from billing.books.commands.payments import OPEN_ITEMS, allocations, open_items
from billing.books.handle import Given
from billing.decision import Decision
from billing.payments import matching
from billing.payments.command import SettleCredits

CREDITS = (
    "select credit.source_id as payment_id, credit.customer_id as reference,"
    " credit.currency, credit.left_minor::bigint as paid_minor, credit.source_kind"
    " from (select item_id as source_id, 'credit_note' as source_kind, customer_id,"
    " currency, -open_minor as left_minor, issued_on as since, legal_entity"
    " from open_items where kind = 'credit_note' and open_minor < 0) as credit"
    " where legal_entity = %s order by since, source_id"
)


def settle_credits(command: SettleCredits, given: Given) -> Decision:
    """Use open credit notes on the open items of the same customer, oldest first."""
    credits_left = given.frame(CREDITS, (command.legal_entity,))
    if credits_left.is_empty():
        return Decision(answer={"settled": 0})
    customers = credits_left["reference"].unique().to_list()
    items = open_items(
        given,
        OPEN_ITEMS.format(key="customer_id")
        + " where customer_id = any(%s) and legal_entity = %s and open_minor > 0",
        (customers, command.legal_entity),
    )
    shares, _ = matching.match(credits_left.drop("source_kind"), items)
    made = allocations(shares, "credit_note", "oldest_first", given)
    numbered = _continued(made, given)
    return Decision(rows={"allocations": numbered}, answer={"settled": numbered.height})


def _continued(made: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Give allocations numbers after those of the same source on the same item."""
    before = given.frame(
        "select source_id, item_id, max(n)::bigint as last from allocations"
        " where source_id = any(%s) group by source_id, item_id",
        (made["source_id"].unique().to_list(),),
    )
    if before.is_empty():
        return made
    return (
        made.join(before, on=["source_id", "item_id"], how="left")
        .with_columns(n=pl.col("last").fill_null(0) + 1)
        .with_columns(allocation_id=pl.format("{}>{}#{}", "source_id", "item_id", "n"))
        .drop("last")
    )
