"""The rules of campaigns say who may take an offer, when, and together with what.

The same rules decide an order, a change, an offer and the examples of the catalogue
file. What is decided is a frame of takings: one row for each campaign of each order.

>>> from datetime import date
>>> taken = takings([{"campaign_id": "half", "plan_id": "daily",
...     "on": date(2026, 1, 15), "plans": "daily", "new_customers_only": True,
...     "subscriber": known} for known in (False, True)])
>>> decided(taken).select("rule", "remedy").rows()
[(None, None), ('new_customers', 'the campaign is for new customers; leave it out')]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

# What a campaign asks for, as `books` and the catalogue file have it.
TERMS = pl.Schema(
    {
        "campaign_id": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "plans": pl.String(),
        "new_customers_only": pl.Boolean(),
        "stacks": pl.Boolean(),
        "offered_on": pl.String(),
        "ended_from_days": pl.Int64(),
        "ended_to_days": pl.Int64(),
        "again_after_days": pl.Int64(),
        "max_uses": pl.Int64(),
        "max_uses_customer": pl.Int64(),
    }
)
# The code by which it was named: its own limit and last day, where it has them.
CODE = pl.Schema(
    {"code": pl.String(), "code_max_uses": pl.Int64(), "code_valid_to": pl.Date()}
)
# Who asks, and what has been before.
ASKED = pl.Schema(
    {
        "row": pl.Int64(),
        "turn": pl.Int64(),
        "customer_id": pl.String(),
        "plan_id": pl.String(),
        "on": pl.Date(),
        "occasion": pl.String(),
        "subscriber": pl.Boolean(),
        "running": pl.Boolean(),
        "ended_on": pl.Date(),
        "had_on": pl.Date(),
        "uses": pl.Int64(),
        "uses_customer": pl.Int64(),
        "uses_code": pl.Int64(),
        "arm": pl.String(),
        "others": pl.Int64(),
        "others_stack": pl.Boolean(),
    }
)
TAKINGS = pl.Schema({**ASKED, **TERMS, **CODE})
DEFAULTS: dict[str, Any] = {
    "row": 0, "turn": 0, "occasion": "order", "subscriber": False, "running": False,
    "uses": 0, "uses_customer": 0, "uses_code": 0, "others": 0, "others_stack": True,
    "new_customers_only": False, "stacks": False, "offered_on": "order",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name: when it refuses, and what the one who orders may do instead."""

    name: str
    refuses: pl.Expr
    remedy: pl.Expr


def takings(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return takings as a frame with every column, defaults where nothing is said."""
    return filled(pl.DataFrame([dict(row) for row in rows], schema=TAKINGS))


def filled(taken: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of `TAKINGS` that are missing, and fill in the defaults."""
    missing = [name for name in TAKINGS if name not in taken.columns]
    return taken.with_columns(
        pl.lit(None, TAKINGS[name]).alias(name) for name in missing
    ).with_columns(
        pl.col(name).cast(TAKINGS[name]).fill_null(value)
        for name, value in DEFAULTS.items()
    )


def decided(taken: pl.DataFrame) -> pl.DataFrame:
    """Add rule and remedy of the first rule that refuses; null: it may be taken.

    `taken` has the columns of `TAKINGS`. Uses are those before; within the frame each
    taking that no other rule refuses counts as one more, in the order of row and turn.
    """
    ordered = taken.sort("row", "turn", maintain_order=True)
    allowed = _refused(ordered, RULES)
    counted = _counted(allowed)
    late = _refused(counted.drop("rule", "remedy"), LIMITS)
    return late.with_columns(
        rule=pl.coalesce(allowed["rule"], pl.col("rule")),
        remedy=pl.coalesce(allowed["remedy"], pl.col("remedy")),
    ).select(*taken.columns, "rule", "remedy")


def _refused(taken: pl.DataFrame, rules: list[Rule]) -> pl.DataFrame:
    broken = [
        pl.when(rule.refuses.fill_null(value=False)).then(
            pl.struct(rule=pl.lit(rule.name), remedy=rule.remedy)
        )
        for rule in rules
    ]
    return taken.with_columns(refusal=pl.coalesce(broken)).with_columns(
        rule=pl.col("refusal").struct.field("rule"),
        remedy=pl.col("refusal").struct.field("remedy"),
    ).drop("refusal")  # fmt: skip


def _counted(taken: pl.DataFrame) -> pl.DataFrame:
    """Count each taking as one more use, after those before it in the frame."""
    one = pl.col("rule").is_null().cast(pl.Int64)
    return taken.with_columns(
        nth=pl.col("uses") + one.cum_sum().over("campaign_id"),
        nth_customer=pl.col("uses_customer")
        + one.cum_sum().over("campaign_id", "customer_id"),
        nth_code=pl.col("uses_code") + one.cum_sum().over("campaign_id", "code"),
    )


def _listed() -> pl.Expr:
    return pl.col("plans").str.split(",").list.contains(pl.col("plan_id"))


def _since(day: str) -> pl.Expr:
    return (pl.col("on") - pl.col(day)).dt.total_days()


def _day(name: str) -> pl.Expr:
    return pl.col(name).dt.to_string().fill_null("ever")


RULES = [
    Rule(
        "unknown",
        pl.col("campaign_id").is_null(),
        pl.lit("there is no such campaign; leave it out or name one that exists"),
    ),
    Rule(
        "occasion",
        (pl.col("offered_on") == "cancellation") & (pl.col("occasion") == "order"),
        pl.lit("the campaign is for those who want to cancel; leave it out"),
    ),
    Rule(
        "plan",
        ~_listed(),
        pl.format("the campaign is not for this plan; take one of {}", "plans"),
    ),
    Rule(
        "open",
        (pl.col("on") < pl.col("valid_from")) | (pl.col("on") >= pl.col("valid_to")),
        pl.format(
            "the campaign is not open on the first day; it is from {} until before {}",
            _day("valid_from"),
            _day("valid_to"),
        ),
    ),
    Rule(
        "code",
        pl.col("on") >= pl.col("code_valid_to"),
        pl.format("the code was valid until before {}; leave it out", "code_valid_to"),
    ),
    Rule(
        "new_customers",
        pl.col("new_customers_only") & pl.col("subscriber"),
        pl.lit("the campaign is for new customers; leave it out"),
    ),
    Rule(
        "ended",
        pl.col("ended_from_days").is_not_null()
        & (
            pl.col("running")
            | pl.col("ended_on").is_null()
            | (_since("ended_on") < pl.col("ended_from_days"))
            | (_since("ended_on") > pl.col("ended_to_days")).fill_null(value=False)
        ),
        pl.format(
            "the campaign is for former customers, {} to {} days after the end; "
            "leave it out",
            pl.col("ended_from_days"),
            pl.col("ended_to_days").cast(pl.String).fill_null("any number of"),
        ),
    ),
    Rule(
        "again",
        _since("had_on") < pl.col("again_after_days"),
        pl.format(
            "the customer had the campaign on {}, and may have it again {} days after; "
            "leave it out",
            "had_on",
            "again_after_days",
        ),
    ),
    Rule(
        "control",
        pl.col("arm") == "control",
        pl.lit(
            "the customer is in the group that is not offered the campaign; leave it "
            "out"
        ),
    ),
    Rule(
        "alone",
        (pl.col("others") > 0) & ~(pl.col("stacks") & pl.col("others_stack")),
        pl.lit("the campaign cannot be combined with another; take one of them"),
    ),
]
LIMITS = [
    Rule(
        "uses",
        pl.col("nth") > pl.col("max_uses"),
        pl.format("the campaign is used up after {} times; leave it out", "max_uses"),
    ),
    Rule(
        "uses_code",
        pl.col("nth_code") > pl.col("code_max_uses"),
        pl.format("the code is used up after {} times; leave it out", "code_max_uses"),
    ),
    Rule(
        "uses_customer",
        pl.col("nth_customer") > pl.col("max_uses_customer"),
        pl.format(
            "a customer may use the campaign {} times, and this one has; leave it out",
            "max_uses_customer",
        ),
    ),
]
NAMES = tuple(rule.name for rule in (*RULES, *LIMITS))
