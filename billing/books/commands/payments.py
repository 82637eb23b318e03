"""Payments in the books.

Recorded once, matched in the same breath, decided by people.
"""

from typing import Any

import polars as pl

from billing.books.handle import Given
from billing.decision import Decision, events
from billing.errors import Conflict, Invalid, NotFound
from billing.payments import matching
from billing.payments.command import (
    PAYMENTS,
    RecordPayments,
    ReturnPayment,
)

KEY = ["account", "bank_reference", "ordinal"]
ITEMS = pl.Schema(
    {
        "item_kind": pl.String,
        "item_id": pl.String,
        "reference": pl.String,
        "currency": pl.String,
        "open_minor": pl.Int64,
        "rank": pl.Int64,
    }
)
# An invoice is paid before the fees for reminding of it.
OPEN_ITEMS = (
    "select item_kind, item_id, {key} as reference, currency, open_minor::bigint,"
    " row_number() over (order by item_kind = 'reminder', due_on, item_id) as rank"
    " from open_items"
)


class UnknownPayment(NotFound):
    """There is no such payment."""


class AlreadyReturned(Conflict):
    """The payment has been taken back already."""


def record_payments(command: RecordPayments, given: Given) -> Decision:
    """Record new payments, settle what their references name, park the rest."""
    payments = command.payments.select(PAYMENTS.names()).cast(PAYMENTS)
    fresh = _entitled(_new(payments, given), given).with_columns(
        file_sha256=pl.lit(command.file_sha256, pl.String)
    )
    if fresh.is_empty():
        return Decision(answer=_counted(payments, fresh, 0, 0))
    settled = settlement(fresh, given)
    return Decision(
        rows={"payments": fresh, **settled},
        answer=_counted(
            payments, fresh, settled["allocations"].height, settled["deviations"].height
        ),
        events=events("payment.received", "payment", fresh["payment_id"]),
    )


def _counted(
    payments: pl.DataFrame, fresh: pl.DataFrame, settled: int, deviations: int
) -> dict[str, Any]:
    return {
        "recorded": fresh.height,
        "known": payments.height - fresh.height,
        "settled": settled,
        "deviations": deviations,
    }


def _new(payments: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Leave out what the books have by account, bank reference and ordinal."""
    references = payments["bank_reference"].unique().to_list()
    known = given.frame(
        "select account, bank_reference, ordinal::bigint as ordinal from payments"
        " where bank_reference = any(%s)",
        (references,),
    )
    distinct = payments.unique(KEY, keep="first", maintain_order=True)
    return distinct if known.is_empty() else distinct.join(known, on=KEY, how="anti")


def _entitled(payments: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Give each payment an id and the company whose account it came to."""
    companies = given.rows(
        "select distinct on (legal_entity) legal_entity, bankgiro, iban"
        " from company_profiles order by legal_entity, effective_on desc, seq desc"
    )
    by_account = {
        account: row["legal_entity"]
        for row in companies
        for account in (row["bankgiro"], row["iban"])
        if account
    }
    only = companies[0]["legal_entity"] if len(companies) == 1 else None
    entity = pl.coalesce(
        "legal_entity",
        pl.col("account").replace_strict(
            by_account, default=only, return_dtype=pl.String
        ),
    )
    named = payments.with_columns(
        legal_entity=entity,
        payment_id=pl.format("{}/{}/{}", *KEY),
    )
    homeless = named.filter(pl.col("legal_entity").is_null())
    if not homeless.is_empty():
        raise Invalid(
            f"account {homeless['account'][0]} belongs to no company; add it to a "
            "company's profile as bankgiro or iban",
            field="account",
        )
    return named


def settlement(payments: pl.DataFrame, given: Given) -> dict[str, pl.DataFrame]:
    """Return allocations and deviations of new payments, as rows of the books."""
    paid = payments.select(
        "payment_id", "reference", "currency", paid_minor="amount_minor"
    )
    references = payments["reference"].drop_nulls().unique().to_list()
    items = open_items(
        given, OPEN_ITEMS.format(key="reference") + " where reference = any(%s)",
        (references,),
    )  # fmt: skip
    shares, rests = matching.match(paid, items)
    on = given.moment.on
    return {
        "allocations": allocations(shares, "payment", "reference", given),
        "deviations": _deviations(rests, payments, given).with_columns(opened_on=on),
    }


def open_items(
    given: Given, query: str, parameters: tuple[object, ...]
) -> pl.DataFrame:
    """Return open items in the order in which they are paid; columns of `ITEMS`."""
    found = given.frame(query, parameters)
    return found.cast(ITEMS) if found.height else ITEMS.to_frame()


def allocations(
    shares: pl.DataFrame, source_kind: str, rule: str, given: Given
) -> pl.DataFrame:
    """Return shares (payment_id is the source) as rows of the books."""
    return shares.select(
        "item_kind",
        "item_id",
        "currency",
        "amount_minor",
        allocation_id=pl.format("{}>{}#1", "payment_id", "item_id"),
        source_kind=pl.lit(source_kind),
        source_id="payment_id",
        n=pl.lit(1),
        effective_on=pl.lit(given.moment.on),
        rule=pl.lit(rule),
    )


def _deviations(
    rests: pl.DataFrame, payments: pl.DataFrame, given: Given
) -> pl.DataFrame:
    of_payment = rests.join(
        payments.select("payment_id", "currency", "payer_name"), on="payment_id"
    )
    proposed = matching.suggestions(of_payment, _candidates(of_payment, given))
    return of_payment.join(proposed, on="payment_id", how="left").select(
        "payment_id",
        "reason",
        "currency",
        "suggested_item_id",
        "suggestion",
        deviation_id=pl.format("{}!{}", "payment_id", "reason"),
        amount_minor="rest_minor",
    )


def _candidates(rests: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Return invoices of customers who are called like a payer."""
    names = rests["payer_name"].drop_nulls().str.to_lowercase().unique().to_list()
    schema = pl.Schema(
        {
            "item_id": pl.String,
            "currency": pl.String,
            "open_minor": pl.Int64,
            "customer_name": pl.String,
        }
    )
    if not names:
        return schema.to_frame()
    found = given.frame(
        "select distinct item_id, currency, open_minor::bigint, name as customer_name"
        " from customer_details inner join open_items using (customer_id)"
        " where lower(name) = any(%s) and open_minor > 0 and item_kind = 'invoice'",
        (names,),
    )
    return found.cast(schema) if found.height else schema.to_frame()


def return_payment(command: ReturnPayment, given: Given) -> Decision:
    """Take back what a payment had settled, since the bank has taken it back."""
    found = given.rows(
        "select 1 from payments where payment_id = %s", (command.payment_id,)
    )
    if not found:
        raise UnknownPayment(f"there is no payment {command.payment_id}")
    if given.rows(
        "select 1 from payment_returns where payment_id = %s", (command.payment_id,)
    ):
        raise AlreadyReturned(f"payment {command.payment_id} has been returned already")
    standing = given.rows(
        "select item_kind, item_id, currency, max(n) as n,"
        " sum(amount_minor)::bigint as amount_minor from allocations"
        " where source_id = %s group by item_kind, item_id, currency"
        " having sum(amount_minor) <> 0",
        (command.payment_id,),
    )
    reversals = [
        {
            "allocation_id": f"{command.payment_id}>{row['item_id']}#{row['n'] + 1}",
            "source_kind": "payment",
            "source_id": command.payment_id,
            "item_kind": row["item_kind"],
            "item_id": row["item_id"],
            "n": row["n"] + 1,
            "amount_minor": -row["amount_minor"],
            "currency": row["currency"],
            "effective_on": given.moment.on,
            "rule": "returned",
        }
        for row in standing
    ]
    returned = {
        "payment_id": command.payment_id,
        "returned_on": given.moment.on,
        "reason": command.reason,
    }
    return Decision(
        rows={"payment_returns": [returned], "allocations": reversals},
        answer={"payment_id": command.payment_id, "reopened": len(reversals)},
    )
