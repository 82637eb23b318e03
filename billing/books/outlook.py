"""An outlook says what an agreement costs when, by which price, and what comes next.

It is worked out by the functions that bill: nothing is priced in another way.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from psycopg import sql

from billing.books.base import Scope, load
from billing.books.queries import HELD, ask
from billing.books.session import Books
from billing.invoicing import run, timeline
from billing.invoicing.charges import charges
from billing.subscriptions.agreement import UnknownSubscription

MONTH = timedelta(days=31)
# What makes neighbouring periods of an item one line of its price timeline.
SAME = (
    "item", "plan_id", "price_version", "list_minor", "full_minor", "campaign_id",
    "quantity", "kind",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class NextInvoice:
    """What the next run that finds something issues for an agreement.

    lines: text, period_from, period_to, net_minor, vat_minor.
    """

    on: date
    currency: str
    net_minor: int
    vat_minor: int
    total_minor: int
    lines: pl.DataFrame


def prices(
    books: Books, subscription_id: str, on: date, months: int = 13
) -> pl.DataFrame:
    """Return what an agreement costs a cycle, from its start to some months ahead.

    Columns: item, plan_id, text, kind, from_on, to_on (the day after), quantity,
    price_version (null: an agreed price), list_minor, full_minor (after discount),
    campaign_id, currency, applies_to, valid_from (of the version).
    Raises UnknownSubscription.
    """
    base = load(books, _entity(books, subscription_id), Scope.of([subscription_id]), on)
    pieces = charges(
        base, timeline.intervals(base.changes), through=on + months * MONTH
    )
    ordered = pieces.filter(pl.col("reason").is_null()).sort("item", "period_from")
    lines = (
        ordered.with_columns(line=pl.struct(SAME).rle_id())
        .group_by("line", maintain_order=True)
        .agg(
            pl.col(*SAME, "text", "currency").first(),
            from_on=pl.col("period_from").min(),
            to_on=pl.col("period_to").max(),
        )
    )
    why = base.versions.select(
        "plan_id", "applies_to", "valid_from", price_version="version"
    ).unique(["plan_id", "price_version"], keep="first", maintain_order=True)
    return lines.join(
        why, on=["plan_id", "price_version"], how="left", maintain_order="left"
    ).drop("line")


def next_invoice(books: Books, subscription_id: str, on: date) -> NextInvoice | None:
    """Return what is issued next for an agreement; None where nothing will be.

    Raises UnknownSubscription.
    """
    entity = _entity(books, subscription_id)
    base = load(books, entity, Scope.of([subscription_id]), on)
    found = run.bill(base, on=on)
    following = found.positions["next_on"].drop_nulls()
    if found.issue.lines.is_empty() and not following.is_empty():
        found = run.bill(base, on=following[0])
    issued = found.issue
    if issued.lines.is_empty():
        return None
    return NextInvoice(
        on=found.on,
        currency=str(issued.invoices["currency"][0]),
        net_minor=int(issued.invoices["net_minor"].sum()),
        vat_minor=int(issued.invoices["vat_minor"].sum()),
        total_minor=int(issued.invoices["total_minor"].sum()),
        lines=issued.lines.select(
            "text", "period_from", "period_to", "net_minor", "vat_minor"
        ),
    )


def agreements_by_plan(books: Books, on: date) -> pl.DataFrame:
    """Return how many agreements have each plan on the day: plan_id, agreements."""
    return ask(
        books,
        "select held.plan_id, count(*) as agreements from subscriptions"
        f" inner join {HELD} where started_on <= %(on)s and not exists (select from"
        "  subscription_changes as ending"
        "  where ending.subscription_id = subscriptions.subscription_id"
        "  and kind = 'cancel' and effective_on <= %(on)s and not exists (select from"
        "   subscription_changes as undo where undo.undoes = ending.change_id))"
        " group by held.plan_id",
        {"on": on},
    ).cast({"plan_id": pl.String, "agreements": pl.Int64})


def campaign_uses(books: Books) -> pl.DataFrame:
    """Return how often campaigns have been taken: campaign_id, code, uses, customers.

    `code` is the one that was given; null where the campaign was named by its id.
    """
    return ask(
        books,
        "select campaign_id, code, count(*) as uses,"
        " count(distinct customer_id) as customers from subscription_changes as taken"
        " inner join subscriptions using (subscription_id)"
        " where kind = 'campaign' and not exists (select from subscription_changes"
        "  as undo where undo.undoes = taken.change_id) group by campaign_id, code",
    ).cast(
        {
            "campaign_id": pl.String,
            "code": pl.String,
            "uses": pl.Int64,
            "customers": pl.Int64,
        }
    )


def versions_held(
    books: Books, legal_entity: str, plan_id: str, on: date
) -> pl.DataFrame:
    """Return how many agreements have each price of a plan on the day.

    Columns: price_list, price_version (null: a price of their own), agreements.
    """
    plan = sql.Literal(plan_id).as_string(None)
    scope = Scope(
        "select distinct subscription_id, null::date as settled_on"
        f" from subscription_changes where plan_id = {plan}"
    )
    base = load(books, legal_entity, scope, on)
    pieces = charges(base, timeline.intervals(base.changes), through=on)
    today = (pl.col("period_from") <= on) & (pl.col("period_to") > on)
    return (
        pieces.filter(today & (pl.col("plan_id") == plan_id))
        .join(
            base.subscriptions.select("subscription_id", "price_list"),
            on="subscription_id",
        )
        .group_by("price_list", "price_version")
        .agg(agreements=pl.col("subscription_id").n_unique().cast(pl.Int64))
        .sort("price_list", "price_version", nulls_last=True)
    )


def _entity(books: Books, subscription_id: str) -> str:
    found = ask(
        books,
        "select legal_entity from subscriptions where subscription_id = %(id)s",
        {"id": subscription_id},
    )
    if found.is_empty():
        raise UnknownSubscription(f"there is no agreement {subscription_id}")
    return str(found["legal_entity"][0])
