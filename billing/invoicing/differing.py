"""What differs between two systems' bills has one class, and words that say what to do.

The first class that explains a difference is the one it gets; amounts are compared as
the price is stated, before tax or with it.

>>> import datetime
>>> pair = pl.DataFrame({"old_net_minor": [28208], "new_net_minor": [28207],
...     "old_vat_minor": [1692], "new_vat_minor": [1693], "line_vat_minor": [1693],
...     "quantity": [1]})
>>> pair.select(same=_is_same(), rounding=_is_rounding()).row(0)
(False, True)
"""

import polars as pl

from billing.invoicing.base import Base
from billing.money import DEFAULT_EXPONENT, EXPONENTS, rounded_share
from billing.tax import RATE_MICRO

CLASSES = {
    "rounding": "the öre of rounding",
    "vat": "another rate of tax",
    "quantity": "another quantity",
    "discount": "a campaign or discount on one side only",
    "agreed_price": "another agreed price",
    "price": "another price than the catalogue's",
    "proration": "another part of a cycle",
    "period": "another period",
    "missing_here": "billed there, not here",
    "missing_there": "billed here, not there",
    "unknown_agreement": "an agreement that has not moved in",
}
NOT_BILLED_THERE = (
    "the other system has no line for this period; look whether it was paused, free "
    "or ended there"
)
WORDS = {
    "rounding": "equal to the öre of rounding; nothing to do",
    "vat": "the tax is {old_vat} there and {new_vat} here ({rate} %); compare the "
    "product's VAT category",
    "twice": "{invoices} invoices there bill the same period; credit one of them there",
    "quantity": "{count} were billed there, the agreement has {quantity}; correct the "
    "quantity of the agreement",
    "discount_here": "campaign {campaign} is taken here, and not on the old invoice; "
    "take it off the agreement",
    "discount_there": "the old invoice has a discount that the agreement lacks{like}; "
    "give the agreement a campaign or an agreed price",
    "agreed_price": "{old} was billed there, the agreed price here comes to {new}; "
    "correct the agreed price",
    "price": "{old} was billed there, plan {plan} costs {new} here; give the agreement "
    "an agreed price, or correct the catalogue",
    "earlier": "{old} was billed there, plan {plan} costs {new} here; it is the price "
    "of version {version}: correct the dates of the price versions",
    "currency": "the old invoice is in {currency}, the agreement in {here_currency}; "
    "correct the plan of the agreement",
    "part": "{old} was billed there for {days} of {cycle_days} days, here they come to "
    "{new}; compare how the two systems count days",
    "proration": "the old invoice bills {from} to {to}, a run here {here_from} to "
    "{here_to}; a part of the cycle is billed on one side only",
    "period": "the old invoice bills {from} to {to}, a run here {here_from} to "
    "{here_to}; correct the first day or the billing day",
    "missing_here": "nothing would be billed here from {from} to {to}{reason}; compare "
    "first day and end of the agreement",
    "unknown_agreement": "agreement {subscription} has not moved in; add it to the "
    "agreements file if it still runs",
}


def classed(base: Base, pairs: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs with class and words; what is the same is equal.

    `pairs` is what was billed beside what would be (null amounts: nothing here has the
    same period); `new` are all pieces that would be billed.
    """
    once = pl.col("again") == 0
    first = pl.when(once & _is_same()).then(pl.lit("equal"))
    settled = pairs.with_columns(fault=first)
    equal = settled.filter(pl.col("fault").is_not_null())
    rest = settled.filter(pl.col("fault").is_null())
    told = _with_explanations(base, rest, new)
    named = told.with_columns(fault=_fault()).with_columns(
        words=_words(), **{"class": _class()}
    )
    plain = equal.with_columns(words=pl.lit(""), **{"class": pl.lit("equal")})
    common = [*pairs.columns, "class", "words"]
    return pl.concat([plain.select(common), named.select(common)]).with_columns(
        pl.col("new_net_minor", "new_vat_minor").fill_null(0)
    )


def _is_same() -> pl.Expr:
    """Return whether net and tax agree, tax rounded once a document or once a line."""
    net = pl.col("old_net_minor") == pl.col("new_net_minor")
    vat = pl.col("old_vat_minor") == pl.col("new_vat_minor")
    gross = _gross("old") == _gross("new")
    by_line = pl.col("old_vat_minor") == pl.col("line_vat_minor")
    return ((net & (vat | by_line)) | (gross & by_line)).fill_null(value=False)


def _is_rounding() -> pl.Expr:
    """Return whether no amount differs by more than an öre for each unit."""
    most = pl.max_horizontal(pl.col("quantity").ceil().cast(pl.Int64), 1)
    net = (pl.col("old_net_minor") - pl.col("new_net_minor")).abs()
    vat = (pl.col("old_vat_minor") - pl.col("new_vat_minor")).abs()
    return (net <= most) & (vat <= most)


def _gross(side: str) -> pl.Expr:
    return pl.col(f"{side}_net_minor") + pl.col(f"{side}_vat_minor")


def _with_explanations(
    base: Base, rest: pl.DataFrame, new: pl.DataFrame
) -> pl.DataFrame:
    """Add what may explain a difference: prices, campaigns, periods nearby."""
    stated = (
        pl.when("price_includes_vat").then(_gross("old")).otherwise("old_net_minor")
    )
    agreed = (
        base.changes.filter(pl.col("agreed_minor").is_not_null())
        .select("subscription_id", has_agreed=pl.lit(value=True))
        .unique()
    )
    keyed = (
        rest.with_columns(old_minor=stated)
        .join(agreed, on="subscription_id", how="left")
        .join(_per_unit(base), left_on="here_plan_id", right_on="plan_id", how="left")
        .with_columns(pl.col("has_agreed", "is_per_unit").fill_null(value=False))
    )
    return (
        keyed.join(_explaining_version(base, keyed), on="group", how="left")
        .join(_explaining_campaign(base, keyed), on="group", how="left")
        .join(_nearby(keyed, new), on="group", how="left")
    )


def _per_unit(base: Base) -> pl.DataFrame:
    plans = base.versions.filter(pl.col("model") == "per_unit").select("plan_id")
    return plans.unique().with_columns(is_per_unit=pl.lit(value=True))


def _explaining_version(base: Base, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the price version that comes to what was billed: group, version."""
    scale = pl.col("here_currency").replace_strict(
        {name: 10**digits for name, digits in EXPONENTS.items()},
        default=10**DEFAULT_EXPONENT,
        return_dtype=pl.Int64,
    )
    units = pl.when("is_per_unit").then(pl.col("quantity")).otherwise(pl.lit(1))
    return (
        pairs.filter(pl.col("price_version").is_not_null())
        .join(base.versions, left_on="here_plan_id", right_on="plan_id")
        .filter(
            (pl.col("version") != pl.col("price_version"))
            & (
                (pl.col("amount").cast(pl.Float64) * units.cast(pl.Float64) * scale)
                .round()
                .cast(pl.Int64)
                == pl.col("old_minor")
            )
        )
        .group_by("group")
        .agg(version=pl.col("version").max())
    )


def _explaining_campaign(base: Base, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return a campaign that would lower the price to what was billed: group, like."""
    off = rounded_share(
        pl.col("undiscounted_minor"),
        (pl.col("percent") * RATE_MICRO).cast(pl.Int64),
        pl.lit(RATE_MICRO, pl.Int64),
    )
    lowered = (
        pl.when(pl.col("discount_kind") == "percent")
        .then(pl.col("undiscounted_minor") - off)
        .when(pl.col("discount_kind") == "amount")
        .then(pl.col("undiscounted_minor") - pl.col("discount_minor"))
        .otherwise("discount_minor")
    )
    cheaper = pairs.filter(pl.col("old_minor") < pl.col("amount_minor"))
    return (
        cheaper.rename({"campaign_id": "taken_id"})
        .join(base.campaigns, how="cross")
        .filter((lowered - pl.col("old_minor")).abs() <= 1)
        .group_by("group")
        .agg(like=pl.col("campaign_id").min())
    )


def _nearby(pairs: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return the piece that shares most days with a period that has no equal here.

    Columns: group, here_from, here_to, and reason: why nothing can be billed.
    """
    from_, to = pl.col("period_from"), pl.col("period_to")
    shared = (
        pl.min_horizontal(to, "here_to") - pl.max_horizontal(from_, "here_from")
    ).dt.total_days()
    pieces = new.select(
        "subscription_id", "reason", here_from="period_from", here_to="period_to"
    )
    return (
        pairs.filter(pl.col("amount_minor").is_null())
        .select("group", "subscription_id", "period_from", "period_to")
        .join(pieces, on="subscription_id")
        .with_columns(shared=shared)
        .filter(pl.col("shared") > 0)
        .sort("group", "shared", "here_from", descending=[False, True, False])
        .unique("group", keep="first", maintain_order=True)
        .select("group", "here_from", "here_to", "reason")
    )


def _fault() -> pl.Expr:
    """Return the first fault that explains a difference; a key of `WORDS`."""
    faults = {**_without_an_equal(), **_with_an_equal()}
    chosen = pl.lit("price")
    for name, holds in reversed(faults.items()):
        chosen = (
            pl.when(holds.fill_null(value=False)).then(pl.lit(name)).otherwise(chosen)
        )
    return chosen


def _without_an_equal() -> dict[str, pl.Expr]:
    """Return the faults of a period for which nothing here has the same days."""
    lacks = pl.col("amount_minor").is_null()
    met = pl.col("here_from").is_not_null() & pl.col("reason").is_null()
    from_, to = pl.col("period_from"), pl.col("period_to")
    one_edge = (from_ == pl.col("here_from")) | (to == pl.col("here_to"))
    return {
        "unknown_agreement": ~pl.col("is_known"),
        "twice": pl.col("again") > 0,
        "proration": lacks & met & one_edge,
        "period": lacks & met,
        "missing_here": lacks,
    }


def _with_an_equal() -> dict[str, pl.Expr]:
    """Return the faults of an amount that another amount stands beside."""
    old, new = pl.col("old_minor"), pl.col("amount_minor")
    tax_only = ((_gross("old") - _gross("new")).abs() <= 1) | (
        (pl.col("old_net_minor") - pl.col("new_net_minor")).abs() <= 1
    )
    partial = (pl.col("period_from") != pl.col("cycle_from")) | (
        pl.col("period_to") != pl.col("cycle_to")
    )
    return {
        "currency": pl.col("currency") != pl.col("here_currency"),
        "rounding": _is_rounding(),
        "vat": tax_only,
        "quantity": _count().is_not_null(),
        "discount_here": pl.col("campaign_id").is_not_null()
        & ((old - pl.col("undiscounted_minor")).abs() <= 1),
        "discount_there": pl.col("like").is_not_null()
        | (pl.col("has_discount") & (old < new)),
        "agreed_price": pl.col("has_agreed"),
        "earlier": pl.col("version").is_not_null(),
        "part": partial,
    }


def _count() -> pl.Expr:
    """Return how many were billed, where the price is by the unit and it comes out."""
    unit = pl.col("amount_minor") / pl.col("quantity").cast(pl.Float64)
    count = (pl.col("old_minor") / unit).round()
    exact = (count * unit - pl.col("old_minor")).abs() < 1
    other = (count > 0) & (count != pl.col("quantity").cast(pl.Float64))
    return pl.when(pl.col("is_per_unit") & exact & other).then(count.cast(pl.Int64))


def _class() -> pl.Expr:
    """Return the class of a fault: some classes have several words."""
    several = {
        "twice": "missing_here",
        "discount_here": "discount",
        "discount_there": "discount",
        "earlier": "price",
        "currency": "price",
        "part": "proration",
    }
    return pl.col("fault").replace(several)


def _words() -> pl.Expr:
    said = _said()
    chosen = pl.lit(None, pl.String)
    for name, words in WORDS.items():
        chosen = (
            pl.when(pl.col("fault") == name)
            .then(_filled(words, said))
            .otherwise(chosen)
        )
    return chosen


def _filled(words: str, said: dict[str, pl.Expr]) -> pl.Expr:
    """Return words with what stands in braces put in."""
    parts = words.replace("{", "\0{").replace("}", "\0").split("\0")
    filled = [said[part[1:]] if part[:1] == "{" else pl.lit(part) for part in parts]
    return pl.concat_str(filled, ignore_nulls=True)


def _said() -> dict[str, pl.Expr]:
    """Return what words may name, as text."""
    days = (pl.col("period_to") - pl.col("period_from")).dt.total_days()
    cycle = (pl.col("cycle_to") - pl.col("cycle_from")).dt.total_days()
    named = {
        "plan": pl.coalesce("here_plan_id", "plan_id"),
        "subscription": pl.col("subscription_id"),
        "campaign": pl.col("campaign_id"),
        "currency": pl.col("currency"),
        "here_currency": pl.col("here_currency"),
        "like": pl.format(" (as campaign {} gives)", "like"),
        "reason": pl.format(": {}", "reason"),
        "rate": _trimmed(pl.col("vat_rate") * 100),
        "quantity": _trimmed(pl.col("quantity")),
        "count": _count().cast(pl.String),
        "days": days.cast(pl.String),
        "cycle_days": cycle.cast(pl.String),
        "version": pl.col("version").cast(pl.String),
        "invoices": pl.col("invoices").cast(pl.String),
        "old": _amount(pl.col("old_minor")),
        "new": _amount(pl.col("amount_minor")),
        "old_vat": _amount(pl.col("old_vat_minor")),
        "new_vat": _amount(pl.col("new_vat_minor")),
    }
    dates = {
        "from": "period_from", "to": "period_to",
        "here_from": "here_from", "here_to": "here_to",
    }  # fmt: skip
    return named | {
        name: pl.col(column).dt.to_string("%Y-%m-%d") for name, column in dates.items()
    }


def _trimmed(number: pl.Expr) -> pl.Expr:
    text = number.cast(pl.Float64).cast(pl.String)
    return text.str.strip_suffix(".0")


def _amount(minor: pl.Expr) -> pl.Expr:
    """Return minor units as text with the decimals of the currency."""
    digits = pl.col("currency").replace_strict(
        EXPONENTS, default=DEFAULT_EXPONENT, return_dtype=pl.Int64
    )
    padded = minor.abs().cast(pl.String).str.pad_start(3, "0")
    plain = minor.cast(pl.String)
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    decimal = pl.concat_str(sign, padded.str.head(-2), pl.lit("."), padded.str.tail(2))
    return pl.when(digits == DEFAULT_EXPONENT).then(decimal).otherwise(plain)
