"""An old system is a lived company, written out as a vendor hands a base over.

The files are those that any system can be asked for: customers, agreements with the
day through which they are billed, mandates, open invoices, credits, past invoices.
"""

from datetime import date
from pathlib import Path

import polars as pl

from billing import money
from billing.books import queries, sealing
from billing.books.base import Scope, companies, load
from billing.books.session import Books
from billing.invoicing import timeline
from billing.invoicing.timeline import MAIN
from ingest.demo.orders import CUSTOMER_COLUMNS, written

HISTORY_DAYS = 400
EVERYBODY = 1 << 31
AGREEMENTS = (
    "subscription_id", "customer_id", "payer_id", "plan_id", "quantity", "agreed",
    "campaign", "payment_method", "start_on", "ended_on", "billed_through",
)  # fmt: skip
SEALED = (
    "select customer_id, identity_sealed, identity_hash from customers"
    " where identity_sealed is not null"
)
MANDATES = (
    "select distinct on (mandate_id) customer_id, scheme, payer_number, bank_account,"
    " event, effective_on as signed_on from mandates"
    " where effective_on <= %(on)s order by mandate_id, seq desc"
)
OPEN = (
    "select item_kind, number::text as number, item_id, item.reference, customer_id,"
    " item.issued_on, item.due_on, item.amount_minor, open_minor::bigint as open_minor,"
    " item.currency, payment_method from open_items as item"
    " left join invoices on invoice_id = item_id"
    " where open_minor <> 0 order by item_id"
)
# What has been asked for and comes later; an end stands in the agreements file.
CHANGES = (
    "select subscription_id, case when kind = 'pause' then 'pause'"
    " when plan_id is not null then 'plan' when quantity is not null then 'quantity'"
    " else 'price' end as change, effective_on as effective, until_on, plan_id,"
    " quantity, agreed_minor, effect as credit from subscription_changes as change"
    " where kind in ('change', 'pause') and effective_on > %(on)s"
    " and not exists (select from subscription_changes as undo"
    "  where undo.undoes = change.change_id) order by seq"
)
PAST = (
    "select number::text as invoice_id, n as invoice_line, payer_id as customer_id,"
    " subscription_id, plan_id, issued_on, line.kind, period_from,"
    " period_to - 1 as period_through, text, currency, line.net_minor, line.vat_minor"
    " from invoice_lines as line inner join invoices using (invoice_id)"
    " where issued_on between %(on)s - %(days)s and %(on)s order by number, n"
)


def write(books: Books, on: date, folder: Path) -> list[Path]:
    """Write the files of `exported` into a folder; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in exported(books, on).items():
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    return paths


def exported(books: Books, on: date) -> dict[str, bytes]:
    """Return what a company hands over when it leaves on the evening of a day."""
    items = queries.ask(books, OPEN, {"on": on})
    return {
        "customers.csv": written(_customers(books)),
        "agreements.csv": written(_agreements(books, on)),
        "mandates.csv": written(_mandates(books, on)),
        "changes.csv": written(_changes(books, on)),
        "open_invoices.csv": written(_open_invoices(items)),
        "balances.csv": written(_balances(items, on)),
        "past_invoices.csv": written(_past_invoices(books, on)),
    }


def _customers(books: Books) -> pl.DataFrame:
    """Return everybody; a company that leaves hands identity numbers over in clear."""
    kept = queries.ask(books, SEALED)
    seal = sealing.seal_of(books.home)
    known = {
        customer_id: seal.open(sealed, bound_to)
        for customer_id, sealed, bound_to in kept.rows()
    }
    number = pl.col("customer_id").replace_strict(
        known, default=None, return_dtype=pl.String
    )
    return (
        queries.customers_listed(books, 0, EVERYBODY)
        .with_columns(pl.coalesce(number, "identity_number").alias("identity_number"))
        .select(CUSTOMER_COLUMNS)
    )


def _agreements(books: Books, on: date) -> pl.DataFrame:
    """Return the agreements that run or will, with what they have now."""
    with books.reader() as read:
        sellers = companies(read, on)
    parts = [_of_company(books, s.legal_entity, on) for s in sellers]
    return pl.concat(parts).sort("subscription_id")


def _of_company(books: Books, legal_entity: str, on: date) -> pl.DataFrame:
    base = load(books, legal_entity, Scope.everything(), on)
    main = timeline.intervals(base.changes).filter(pl.col("item") == MAIN)
    ends = (
        main.sort("from_on")
        .group_by("subscription_id", maintain_order=True)
        .agg(ended_on=pl.col("to_on").last())
    )
    held = main.filter(
        pl.col("to_on").is_null() | (pl.col("to_on") > on),
    ).unique("subscription_id", keep="first", maintain_order=True)
    lines = base.billed.filter(
        (pl.col("kind") == "period") & (pl.col("amount_minor") > 0)
    ).sort("period_to", "revision")
    last = lines.group_by("subscription_id", maintain_order=True).agg(
        billed_to=pl.col("period_to").last(), running=pl.col("campaign_id").last()
    )
    taken = (
        timeline.without_undone(base.changes)
        .filter(pl.col("kind") == "campaign")
        .sort("seq")
        .group_by("subscription_id", maintain_order=True)
        .agg(taken=pl.col("campaign_id").str.join("+"))
    )
    # What has not been billed here yet was billed by the system before this one.
    starts = base.changes.filter(pl.col("kind") == "start").select(
        "subscription_id", begun_on="effective_on"
    )
    through = pl.when(pl.col("begun_on") > pl.col("started_on")).then("begun_on")
    return (
        held.join(base.subscriptions, on="subscription_id")
        .join(ends, on="subscription_id")
        .join(last, on="subscription_id", how="left")
        .join(starts, on="subscription_id")
        .join(taken, on="subscription_id", how="left")
        .with_columns(
            start_on="started_on",
            agreed=_major("agreed_minor"),
            billed_through=pl.coalesce("billed_to", through),
            # A campaign that is over need not move.
            campaign=pl.when(pl.col("billed_to").is_null())
            .then("taken")
            .otherwise("running"),
        )
        .select(AGREEMENTS)
    )


def _mandates(books: Books, on: date) -> pl.DataFrame:
    found = queries.ask(books, MANDATES, {"on": on})
    return found.filter(pl.col("event") == "active")


def _changes(books: Books, on: date) -> pl.DataFrame:
    found = queries.ask(books, CHANGES, {"on": on})
    typed = found.with_columns(pl.col("agreed_minor").cast(pl.Int64))
    return typed.with_columns(agreed=_major("agreed_minor")).drop("agreed_minor")


def _open_invoices(items: pl.DataFrame) -> pl.DataFrame:
    """Return claims with what is left of them; a reminder's fee is one of its own."""
    is_fee = pl.col("item_kind") == "reminder"
    return items.filter(pl.col("open_minor") > 0).select(
        "customer_id",
        "issued_on",
        "due_on",
        "currency",
        "payment_method",
        invoice_id=pl.when(is_fee)
        .then(pl.format("A{}", "item_id"))
        .otherwise(pl.col("number")),
        reference=pl.when(~is_fee).then("reference"),
        amount=_major("amount_minor"),
        open_amount=_major("open_minor"),
    )


def _balances(items: pl.DataFrame, on: date) -> pl.DataFrame:
    credits_ = items.filter(pl.col("open_minor") < 0)
    return (
        credits_.group_by("customer_id", "currency")
        .agg(pl.col("open_minor").sum())
        .sort("customer_id")
        .select(
            "customer_id",
            "currency",
            balance=_major("open_minor"),
            balance_on=pl.lit(on),
        )
    )


def _past_invoices(books: Books, on: date) -> pl.DataFrame:
    """Return the lines of the last thirteen months; fees have no period."""
    found = queries.ask(books, PAST, {"on": on, "days": HISTORY_DAYS})
    timed = pl.col("kind").is_in(["period", "usage", "minimum"])
    return found.with_columns(
        pl.when(timed).then(pl.col("period_from", "period_through")),
        net=_major("net_minor"),
        vat=_major("vat_minor"),
    ).drop("kind", "net_minor", "vat_minor")


def _major(minor: str) -> pl.Expr:
    """Return an amount with a decimal comma, as Swedish systems write it."""
    size = pl.col(minor).abs().cast(pl.String).str.pad_start(3, "0")
    sign = pl.when(pl.col(minor) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, cents = size.str.head(-money.DEFAULT_EXPONENT), size.str.tail(2)
    return pl.concat_str(sign, whole, pl.lit(","), cents)
