"""A clerk looks at deviations once a week and does what people at a newspaper do.

What the books suggest is settled so; what was paid twice stands to the payer's credit.
The last two weeks are left for whoever opens the demo.
"""

from datetime import timedelta

from billing.books import queries
from billing.books.handle import Actor, Moment, handle
from billing.books.session import Books
from billing.errors import No
from billing.payments.command import SettleDeviation
from ingest.demo.world import World

CLERK = Actor("Karin Ek", "billing", "app")
LEFT_DAYS = 14
AGE_DAYS = 2
MONDAY = 0
TO_CREDIT = ("overpaid", "nothing_open")


def work(books: Books, world: World, moment: Moment) -> int:
    """Settle or credit what has waited for some days; return how many."""
    last = world.through - timedelta(days=LEFT_DAYS)
    if moment.on.weekday() != MONDAY or moment.on > last:
        return 0
    waiting = queries.deviations_open(books, moment.on)
    done = 0
    for row in waiting.iter_rows(named=True):
        command = _decision(row)
        if command is not None and row["age_days"] >= AGE_DAYS:
            done += _given(books, command, moment)
    return done


def _decision(row: dict[str, object]) -> SettleDeviation | None:
    deviation = str(row["deviation_id"])
    if row["suggested_item_id"] is not None:
        share = (str(row["suggested_item_id"]), int(str(row["amount_minor"])))
        return SettleDeviation(deviation, "settle", (share,), "enligt förslag")
    if row["reason"] in TO_CREDIT:
        return SettleDeviation(deviation, "credit", (), "betalt två gånger")
    return None


def _given(books: Books, command: SettleDeviation, moment: Moment) -> int:
    """Give the command; what has been paid in another way since then waits on."""
    try:
        handle(books, command, actor=CLERK, moment=moment)
    except No:
        return 0
    return 1
