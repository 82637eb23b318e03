"""Booking vouchers, and the files that come and go: what is appended for each."""

from datetime import date

import polars as pl

from billing.books.handle import Given
from billing.decision import Decision
from billing.ledger import vouchers
from billing.ledger.command import DIFFERENCES, BookVouchers


def book_vouchers(command: BookVouchers, given: Given) -> Decision:
    """Book the differences of a build once, numbered and balanced, in open periods."""
    differences = command.differences.select(DIFFERENCES.names()).cast(DIFFERENCES)
    entities = differences["legal_entity"].unique().sort().to_list()
    already = given.rows(
        "select 1 from vouchers where source_key like %s limit 1",
        (f"%/{command.build_id}",),
    )
    if differences.is_empty() or already:
        return Decision(answer={"vouchers": 0, "lines": 0})
    numbers = {
        entity: given.next_number(entity, vouchers.SERIES, start=1)
        for entity in entities
    }
    heads, lines = vouchers.book(
        differences, numbers, build_id=command.build_id, open_from=_open_from(given)
    )
    following = heads.group_by("legal_entity").agg(pl.col("number").max() + 1)
    return Decision(
        rows={"vouchers": heads, "voucher_lines": lines},
        answer={"vouchers": heads.height, "lines": lines.height},
        counters={
            (entity, vouchers.SERIES): number for entity, number in following.rows()
        },
    )


def _open_from(given: Given) -> dict[str, date]:
    closed = given.rows(
        "select legal_entity, max(closed_through) as closed_through"
        " from period_closings group by legal_entity"
    )
    return {
        row["legal_entity"]: vouchers.first_open_day(row["closed_through"])
        for row in closed
    }
