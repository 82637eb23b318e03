"""A balance of a camt statement proves that nothing of the account is missing.

Opening balance + booked entries = closing balance, per statement; where a balance is
absent or in another currency there is nothing to prove, and `ties` is null.
"""

import polars as pl

from billing.formats import incoming
from billing.formats.camt_elements import Contents
from billing.formats.camt_values import day, minor

# PRCD is the closing balance of the day before: the opening one under another name.
OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD",)


def statements(contents: Contents, entries: pl.DataFrame) -> pl.DataFrame:
    """Return statements with balances, sums of entries, and whether they agree.

    `held` is true where the statement's own total of entries is not their sum: such a
    statement is set aside and nothing of it is settled.
    """
    frame = contents.statements.join(
        _sums(entries), on="statement", how="left", maintain_order="left"
    )
    for name, codes in (("opening", OPENING), ("closing", CLOSING)):
        balance = _balance(contents.balances, codes, name)
        frame = frame.join(balance, on="statement", how="left", maintain_order="left")
    currency = pl.coalesce("account_currency", "currency", "closing_currency")
    frame = frame.with_columns(
        currency=currency,
        entries=pl.col("entries").fill_null(0),
        booked_minor=pl.col("booked_minor").fill_null(0),
        created_on=day(pl.col("created")),
    )
    return frame.with_columns(
        ties=_ties(),
        summary_minor=minor(pl.col("entries_sum"), pl.col("currency")),
    ).with_columns(held=_held())


def completed(frame: pl.DataFrame, message: str) -> pl.DataFrame:
    """Return the statements with the columns that every format has."""
    giro = pl.col("account_scheme").is_in(["BGNR", "PGNR"]).fill_null(value=False)
    digits = pl.col("account").str.replace_all("-", "")
    account = pl.when(giro).then(digits).otherwise("account")
    named = frame.with_columns(
        message=pl.lit(message), account=account, alias=pl.when(giro).then(digits)
    )
    return incoming.completed(named, incoming.STATEMENT_COLUMNS)


def _sums(entries: pl.DataFrame) -> pl.DataFrame:
    booked = pl.col("status") == "booked"
    amount = pl.col("entry_minor")
    return entries.group_by("statement", maintain_order=True).agg(
        entries=pl.len(),
        unread=amount.is_null().sum(),
        booked_minor=amount.filter(booked).sum(),
        all_minor=amount.sum(),
        turnover_minor=amount.abs().sum(),
        currency=pl.col("entry_currency").first(),
        currencies=pl.col("entry_currency").n_unique(),
    )


def _balance(balances: pl.DataFrame, codes: tuple[str, ...], name: str) -> pl.DataFrame:
    """Return the first balance of the codes, in the order of the codes."""
    rank = pl.col("code").replace_strict(
        {code: place for place, code in enumerate(codes)}, default=None
    )
    sign = pl.when(pl.col("direction") == "DBIT").then(-1).otherwise(1)
    return (
        balances.with_columns(rank=rank.cast(pl.Int64))
        .filter(pl.col("rank").is_not_null())
        .sort("statement", "rank", maintain_order=True)
        .unique("statement", keep="first", maintain_order=True)
        .select(
            "statement",
            minor(pl.col("amount"), pl.col("currency"))
            .mul(sign)
            .alias(f"{name}_minor"),
            pl.col("currency").alias(f"{name}_currency"),
        )
    )


def _ties() -> pl.Expr:
    same = pl.col("opening_currency") == pl.col("closing_currency")
    entered = (pl.col("currencies") == 1) & (
        pl.col("opening_currency") == pl.col("currency")
    )
    comparable = same & (entered | (pl.col("entries") == 0)).fill_null(value=True)
    sum_up = pl.col("opening_minor") + pl.col("booked_minor") == pl.col("closing_minor")
    return pl.when(comparable & (pl.col("unread").fill_null(0) == 0)).then(sum_up)


def _held() -> pl.Expr:
    """Whether the statement's total of entries is none of the sums it can mean."""
    summed = pl.col("summary_minor")
    agrees = (
        (summed == pl.col("turnover_minor"))
        | (summed == pl.col("booked_minor").abs())
        | (summed == pl.col("all_minor").abs())
    )
    one = pl.col("currencies") == 1
    return (one & ~agrees).fill_null(value=False)
