"""Taking campaigns: which offers an agreement takes, decided by the rules of offers."""

from dataclasses import dataclass

import polars as pl

from billing.campaigns import rules

# The one whose history counts: who a customer is after merges.
BEFORE = pl.Schema({"customer_id": pl.String(), "last_on": pl.Date()})
USES = pl.Schema({"campaign_id": pl.String(), "uses": pl.Int64()})
USES_CODE = pl.Schema(
    {"campaign_id": pl.String(), "code": pl.String(), "uses_code": pl.Int64()}
)
USES_CUSTOMER = pl.Schema(
    {
        "campaign_id": pl.String(),
        "customer_id": pl.String(),
        "uses_customer": pl.Int64(),
        "had_on": pl.Date(),
    }
)
CAMPAIGNS = pl.Schema(
    {
        **rules.TERMS,
        "name": pl.String(),
        "own_code": pl.String(),
        "first_period": pl.String(),
        "binding_count": pl.Int64(),
        "binding_unit": pl.String(),
        "exit_fee_kind": pl.String(),
        "exit_fee_minor": pl.Int64(),
    }
)
ARMS = pl.Schema(dict.fromkeys(("campaign_id", "customer_id", "arm"), pl.String()))


@dataclass(frozen=True, slots=True)
class History:
    """What has been before, as the schemas above name it.

    before: customers that have had an agreement, with the last day of the last one
    (null: one has no end). uses, by_code, by_customer: how often campaigns were taken.
    arms: who was drawn to be offered a campaign, or kept out of it.
    """

    before: pl.DataFrame
    uses: pl.DataFrame
    by_code: pl.DataFrame
    by_customer: pl.DataFrame
    arms: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be named: campaigns with their terms, and names with their limits."""

    campaigns: pl.DataFrame
    codes: pl.DataFrame


def taken(agreements: pl.DataFrame, offers: Offers) -> pl.DataFrame:
    """Return the campaigns each agreement names, in order.

    Columns: those of the agreements with `row`, and named, turn, campaign_id (null:
    unknown), code (null: named by its id), the limits of the code and `rules.TERMS`.
    """
    named = (
        agreements.drop_nulls("campaign")
        .with_columns(named=pl.col("campaign").str.split("+"))
        .explode("named")
        .with_columns(turn=pl.int_range(pl.len()).over("row"))
    )
    names = offers.codes.unique("name", keep="first", maintain_order=True)
    by_id = pl.col("named") == pl.col("campaign_id")
    return (
        named.join(names, left_on="named", right_on="name", how="left")
        .join(offers.campaigns, on="campaign_id", how="left")
        .with_columns(code=pl.when(~by_id).then("named"))
        .sort("row", "turn")
    )


def asked(named: pl.DataFrame, history: History) -> pl.DataFrame:
    """Give what is named the facts that the rules ask for, as `rules.TAKINGS`.

    `named` has row, turn, customer_id (who it is after merges), plan_id, on, the
    limits of codes and `rules.TERMS`; others and others_stack where more than one is
    named are added here.
    """
    stacks = pl.col("stacks").fill_null(value=True)
    together = named.with_columns(
        others=pl.len().over("row").cast(pl.Int64) - 1,
        others_stack=stacks.all().over("row"),
    )
    there = (
        together.join(
            history.before.with_columns(subscriber=pl.lit(value=True)),
            on="customer_id",
            how="left",
        )
        .join(history.uses, on="campaign_id", how="left")
        .join(history.by_code, on=["campaign_id", "code"], how="left")
        .join(history.by_customer, on=["campaign_id", "customer_id"], how="left")
        .join(history.arms, on=["campaign_id", "customer_id"], how="left")
    )
    ended = pl.col("last_on") <= pl.col("on")
    return rules.filled(
        there.with_columns(
            running=pl.col("subscriber") & ~ended.fill_null(value=False),
            ended_on=pl.when(ended).then("last_on"),
        )
    )


def refused(rows: pl.DataFrame, offers: Offers, history: History) -> pl.DataFrame:
    """Return the refusals of campaigns that orders name: row, field, message, remedy.

    `rows` are agreements with `row`; the day that counts is their first.
    """
    named = taken(rows, offers).with_columns(on="start_on")
    found = rules.decided(asked(named, history).select(*rules.TAKINGS.names(), "named"))
    return (
        found.drop_nulls("rule")
        .sort("row", "turn")
        .select(
            pl.col("row").cast(pl.Int64),
            field=pl.lit("campaign"),
            message=pl.format("campaign {} is refused", "named"),
            remedy="remedy",
        )
    )
