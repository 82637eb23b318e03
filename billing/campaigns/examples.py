"""Examples of a campaign are orders that it must accept or refuse, tried before launch.

They stand in the catalogue file beside the campaign, and are decided by the very rules
that decide orders.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from billing.campaigns import rules
from billing.errors import Invalid

# `frames.CAMPAIGNS` says it in other words than the rules.
LIMITS = {"code_max_uses": "max_uses", "code_max_uses_customer": "max_uses_customer"}
# A former customer of whom nothing is said has left this long ago.
DAYS_ENDED = 90


class ExamplesFail(Invalid):
    """A campaign does not do what its examples say."""


def failures(
    campaigns: pl.DataFrame, launched: pl.DataFrame | None = None
) -> list[str]:
    """Return each example that comes out otherwise, in words: where, what, why.

    `campaigns` has the columns of `billing.catalogue.frames.CAMPAIGNS`, and so have
    those `launched` before, which an example may name in `together_with`.
    """
    told = _terms(campaigns)
    known = campaigns if launched is None else pl.concat([launched, campaigns])
    stacks = dict(known.select("campaign_id", "stacks").iter_rows())
    terms = {row["campaign_id"]: row for row in told.to_dicts()}
    tried = [
        (name, n, example, _asked(terms[name], example, stacks))
        for name, listed in campaigns.select("campaign_id", "examples").iter_rows()
        for n, example in enumerate(json.loads(listed), 1)
    ]
    if not tried:
        return []
    taken = rules.takings(
        {**asked, "row": row} for row, (*_, asked) in enumerate(tried)
    )
    # Each example is a story of its own: it never counts as a use in another.
    alone = taken.with_columns(
        campaign_id=pl.format("{}/{}", "campaign_id", "row"), own_id="campaign_id"
    )
    found = rules.decided(alone).sort("row").select("rule", "remedy").rows()
    return [
        words
        for (name, n, example, _), (rule, remedy) in zip(tried, found, strict=True)
        for words in _failure(f"campaign {name!r} example {n}", example, (rule, remedy))
    ]


def check(campaigns: pl.DataFrame, launched: pl.DataFrame | None = None) -> None:
    """Refuse campaigns of which an example comes out otherwise; as `failures`."""
    failed = failures(campaigns, launched)
    if failed:
        raise ExamplesFail("; ".join(failed))


def _failure(
    where: str, example: dict[str, Any], found: tuple[str | None, str | None]
) -> Iterator[str]:
    rule, remedy = found
    expected, because = example["expect"], example.get("because")
    come_out = "accepted" if rule is None else "refused"
    said = f" ({rule}: {remedy})" if rule else ""
    if come_out != expected:
        yield (
            f"{where}: expected {expected}, comes out {come_out}{said}; "
            "mend the campaign or the example"
        )
    elif rule and because in rules.NAMES and because != rule:
        yield (
            f"{where}: expected to be refused by rule {because!r}, "
            f"is refused by {rule!r}; mend the campaign or the example"
        )


def _terms(campaigns: pl.DataFrame) -> pl.DataFrame:
    days = pl.col("valid").str.strip_chars("[)").str.splitn(",", 2)
    return campaigns.rename(LIMITS).with_columns(
        valid_from=days.struct.field("field_0").str.to_date(strict=False),
        valid_to=days.struct.field("field_1").str.to_date(strict=False),
    ).select(rules.TERMS.names())  # fmt: skip


def _asked(
    terms: dict[str, Any], example: dict[str, Any], stacks: dict[str, bool]
) -> dict[str, Any]:
    """Return the order of an example as a row of `rules.TAKINGS`."""
    on = date.fromisoformat(example["on"])
    customer, before = example.get("customer", "new"), example.get("before")
    together = example.get("together_with", [])
    ended = example.get("ended_days", DAYS_ENDED) if customer == "former" else None
    cancels = terms["offered_on"] == "cancellation" and customer == "running"
    return {
        **terms,
        "plan_id": example["plan"],
        "on": on,
        "occasion": "change" if cancels else "order",
        "subscriber": customer != "new",
        "running": customer == "running",
        "ended_on": None if ended is None else on - timedelta(days=ended),
        "had_on": None if before is None else on - timedelta(days=before),
        "uses_customer": 0 if before is None else 1,
        "others": len(together),
        "others_stack": all(stacks.get(name, False) for name in together),
    }
