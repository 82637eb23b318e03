"""Payments in the books: recorded once, matched in the same breath, decided by people."""

from typing import Any

import polars as pl

from billing.books.handle import Given
from billing.decision import Decision, events
from billing.errors import Conflict, Invalid, NotFound
from billing.payments import matching
from billing.payments.command import (
    DECISIONS,
    PAYMENTS,
    RecordPayments,
    ReturnPayment,
    SettleCredits,
    SettleDeviation,
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


class UnknownDeviation(NotFound):
    """There is no such deviation."""


class AlreadyDecided(Conflict):
    """The deviation has been decided."""


class AlreadyReturned(Conflict):
    """The payment has been taken back already."""


class WrongShares(Invalid):
    """The shares do not fit the payment or the items."""


def record_payments(command: RecordPayments, given: Given) -> Decision:
    """Record the payments that are new, settle what their references name, park the rest."""
    payments = command.payments.select(PAYMENTS.names()).cast(PAYMENTS)  # type: ignore[arg-type] # a schema casts
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
    items = _items(
        given, OPEN_ITEMS.format(key="reference") + " where reference = any(%s)",
        (references,),
    )  # fmt: skip
    shares, rests = matching.match(paid, items)
    on = given.moment.on
    return {
        "allocations": _allocations(shares, "payment", "reference", given),
        "deviations": _deviations(rests, payments, given).with_columns(opened_on=on),
    }


def _items(given: Given, query: str, parameters: tuple[object, ...]) -> pl.DataFrame:
    found = given.frame(query, parameters)
    return found.cast(ITEMS) if found.height else ITEMS.to_frame()  # type: ignore[arg-type] # a schema casts


def _allocations(
    shares: pl.DataFrame, source_kind: str, rule: str, given: Given
) -> pl.DataFrame:
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
    return found.cast(schema) if found.height else schema.to_frame()  # type: ignore[arg-type] # a schema casts


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


def settle_deviation(command: SettleDeviation, given: Given) -> Decision:
    """Carry out what a person decides about the rest of a payment."""
    if command.decision not in DECISIONS:
        raise WrongShares(
            f"{command.decision!r} is no decision; say {', '.join(DECISIONS)}",
            field="decision",
        )
    deviation = _open_deviation(command.deviation_id, given)
    allocations = (
        _chosen(command, deviation, given) if command.decision == "settle" else []
    )
    settled = {
        "deviation_id": command.deviation_id,
        "decision": command.decision,
        "note": command.note,
        "settled_on": given.moment.on,
    }
    rows: dict[str, Any] = {"allocations": allocations}
    if command.decision != "park":
        rows["deviation_settlements"] = [settled]
    return Decision(
        rows=rows,
        answer={
            "deviation_id": command.deviation_id,
            "decision": command.decision,
            "allocated_minor": sum(row["amount_minor"] for row in allocations),
        },
    )


def _open_deviation(deviation_id: str, given: Given) -> dict[str, Any]:
    found = given.rows(
        "select deviation.*, settlement.decision from deviations as deviation"
        " left join deviation_settlements as settlement using (deviation_id)"
        " where deviation_id = %s",
        (deviation_id,),
    )
    if not found:
        raise UnknownDeviation(f"there is no deviation {deviation_id}")
    if found[0]["decision"] is not None:
        raise AlreadyDecided(f"deviation {deviation_id} was decided: {found[0]['decision']}")
    return found[0]


def _chosen(
    command: SettleDeviation, deviation: dict[str, Any], given: Given
) -> list[dict[str, Any]]:
    """Return the allocations that the shares ask for, checked against what is open."""
    total = sum(amount for _, amount in command.shares)
    if total != deviation["amount_minor"] or not command.shares:
        raise WrongShares(
            f"the shares come to {total}, the payment has {deviation['amount_minor']} "
            "left; place all of it, or credit the customer with the rest"
        )
    return [
        _share(deviation, item_id, amount, given) for item_id, amount in command.shares
    ]


def _share(
    deviation: dict[str, Any], item_id: str, amount: int, given: Given
) -> dict[str, Any]:
    item = given.rows(
        "select item_kind, currency, open_minor from open_items where item_id = %s",
        (item_id,),
    )
    if not item:
        raise WrongShares(f"there is no open item {item_id}")
    if item[0]["currency"] != deviation["currency"] or amount <= 0:
        raise WrongShares(f"{item_id} is in {item[0]['currency']}; give an amount in it")
    if amount > item[0]["open_minor"]:
        raise WrongShares(
            f"{item_id} has {item[0]['open_minor']} open, less than the share of {amount}"
        )
    number = given.rows(
        "select coalesce(max(n), 0) + 1 as n from allocations"
        " where source_id = %s and item_id = %s",
        (deviation["payment_id"], item_id),
    )[0]["n"]
    return {
        "allocation_id": f"{deviation['payment_id']}>{item_id}#{number}",
        "source_kind": "payment",
        "source_id": deviation["payment_id"],
        "item_kind": item[0]["item_kind"],
        "item_id": item_id,
        "n": number,
        "amount_minor": amount,
        "currency": deviation["currency"],
        "effective_on": given.moment.on,
        "rule": "decided",
    }


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
    items = _items(
        given,
        OPEN_ITEMS.format(key="customer_id")
        + " where customer_id = any(%s) and legal_entity = %s and open_minor > 0",
        (customers, command.legal_entity),
    )
    shares, _ = matching.match(credits_left.drop("source_kind"), items)
    allocations = _allocations(shares, "credit_note", "oldest_first", given)
    numbered = _continued(allocations, given)
    return Decision(
        rows={"allocations": numbered}, answer={"settled": numbered.height}
    )


def _continued(allocations: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Number allocations after those that the same source has on the same item."""
    before = given.frame(
        "select source_id, item_id, max(n)::bigint as last from allocations"
        " where source_id = any(%s) group by source_id, item_id",
        (allocations["source_id"].unique().to_list(),),
    )
    if before.is_empty():
        return allocations
    return (
        allocations.join(before, on=["source_id", "item_id"], how="left")
        .with_columns(n=pl.col("last").fill_null(0) + 1)
        .with_columns(allocation_id=pl.format("{}>{}#{}", "source_id", "item_id", "n"))
        .drop("last")
    )
