"""The values of a camt message are amounts and days, written as XML writes them.

>>> import polars as pl
>>> rows = pl.DataFrame({"t": ["8.850", "200000", "1.005", "1,5"], "c": ["SEK"] * 4})
>>> rows.select(m=minor(pl.col("t"), pl.col("c")))["m"].to_list()
[885, 20000000, None, None]
>>> days = pl.DataFrame({"t": ["2026-04-13", "2026-04-13T22:30:00Z", "2026-02-30"]})
>>> [str(d) for d in days.select(d=day(pl.col("t")))["d"]]
['2026-04-13', '2026-04-14', 'None']
"""

import polars as pl

from billing import money

# The banks of the Nordics date a moment by their own wall clock; Sweden's is taken.
BANK_ZONE = "Europe/Stockholm"
# ISO 20022 amounts: 18 digits in all, at most 5 of them decimals.
DECIMALS = 5
AMOUNT = r"^([0-9]{1,13})(?:\.([0-9]{0,5}))?$"
MOMENT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?)?"
ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})$"


def minor(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Return minor units, or null where the text is not an exact amount ≥ 0."""
    whole = text.str.extract(AMOUNT, 1).cast(pl.Int64)
    fraction = text.str.extract(AMOUNT, 2).fill_null("").str.pad_end(DECIMALS, "0")
    exact = whole * 10**DECIMALS + fraction.cast(pl.Int64)
    divisor = _divisor(currency)
    known = currency.str.contains("^[A-Z]{3}$")
    return pl.when(known & (exact % divisor == 0)).then(exact // divisor)


def day(text: pl.Expr) -> pl.Expr:
    """Return the bank's local day of an ISO date or date-time, null if impossible."""
    date = text.str.extract(MOMENT, 1)
    time = text.str.extract(MOMENT, 2)
    zone = pl.when(time.is_not_null()).then(text.str.extract(ZONE, 1))
    offset = zone.replace({"Z": "+00:00"})
    moment = pl.concat_str(date, pl.lit("T"), time, offset).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%z", strict=False, time_unit="us"
    )
    local = moment.dt.convert_time_zone(BANK_ZONE).dt.date()
    return pl.coalesce(local, date.str.to_date("%Y-%m-%d", strict=False))


def _divisor(currency: pl.Expr) -> pl.Expr:
    divisor = pl.lit(10 ** (DECIMALS - money.DEFAULT_EXPONENT))
    for code, exponent in money.EXPONENTS.items():
        scale = pl.lit(10 ** (DECIMALS - exponent))
        divisor = pl.when(currency == code).then(scale).otherwise(divisor)
    return divisor
