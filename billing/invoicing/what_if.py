"""What if: the same agreements under two sets of rules, through the one engine.

Both sides are billed for the months to come by the functions that bill the base
(`charges`, `difference`, `invoice.taxed`); nothing is priced in another way. Of the
agreements with the same facts one is worked out for all. Tax is rounded once for each
agreement, day and rate: a payer with several agreements on one invoice may differ from
it by an öre a rate. A replay of issued months, which is made invoice by invoice, does
not.
"""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from billing.invoicing import representatives, what_if_frames, what_if_payers
from billing.invoicing.base import Base
from billing.invoicing.what_if_lines import Horizon, Side, ahead, side, timeline_of
from billing.invoicing.what_if_measures import measured, recurring, worth
from billing.invoicing.what_if_payers import Payers
from billing.invoicing.what_if_touched import touched

MAIN = "subscription_id"
# What two sets of rules may differ in.
RULES = (
    "company", "plans", "products", "versions", "campaigns", "rates", "parts",
    "price_lists", "campaign_steps",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What changes between two sides.

    by_month: month (its first day), currency, measure (`what_if_measures.MEASURES`),
    before_minor, after_minor, difference_minor. by_plan, by_cohort (the month of the
    start), by_campaign: the same by plan_id, cohort or campaign_id, for the whole
    horizon; deferred and mrr as they stand at its end. totals: currency, measure, ….
    payers: `what_if_payers.PAYERS`, those who pay more or less. parked: side,
    subscription_id, reason. counts: agreements, representatives, pay_more, pay_less,
    leave.
    """

    by_month: pl.DataFrame
    by_plan: pl.DataFrame
    by_cohort: pl.DataFrame
    by_campaign: pl.DataFrame
    totals: pl.DataFrame
    payers: pl.DataFrame
    parked: pl.DataFrame
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The agreements that are compared.

    `base` holds their representatives, `members` whom each stands for (as
    `representatives.MEMBERS`), `whose` the customer_id and payer_id of all of them,
    `timeline` what each representative has when.
    """

    base: Base
    members: pl.DataFrame
    whose: pl.DataFrame
    timeline: pl.DataFrame


def population(base: Base) -> Population:
    """Reduce a base to the agreements that differ."""
    few, members = representatives.reduced(base)
    whose = base.subscriptions.select(MAIN, "customer_id", "payer_id")
    return Population(few, members, whose, timeline_of(few))


def compare(before: Base, after: Base, *, on: date, months: int = 12) -> Comparison:
    """Return what other rules change in the months from a day on.

    `after` is `before` with other prices, campaigns, rates or policies; its agreements
    are those of `before`.
    """
    people = population(before)
    horizon = Horizon(on, months)
    old = forecast(people, before, horizon)
    new = forecast(people, after, horizon, old)
    return compared(people, (old, new), horizon)


def forecast(
    people: Population, rules: Base, horizon: Horizon, old: Side | None = None
) -> Side:
    """Work out what the agreements come to under some rules.

    Beside an old side only those are worked out that the rules can touch.
    """
    base = under(people, rules)
    if old is None:
        return side(ahead(base, horizon), people.timeline, horizon, None)
    seen = replace(base, subscriptions=old.base.subscriptions, usage=old.base.usage)
    chosen = touched(seen, old.base, seen)
    return side(
        representatives.only(seen, chosen),
        people.timeline.join(chosen, on=MAIN, how="semi"),
        horizon,
        old.opening.join(chosen, on=MAIN, how="semi"),
    )


def under(people: Population, rules: Base) -> Base:
    """Return the base of the representatives under the rules of another."""
    return replace(people.base, **{name: getattr(rules, name) for name in RULES})


def compared(
    people: Population,
    sides: tuple[Side, Side],
    horizon: Horizon,
    leaving_micro: int = 0,
) -> Comparison:
    """Return the difference of two sides that have been worked out, before and after.

    `leaving_micro` is the share, in millionths, of those who would pay more a month
    that leave on the day when they would.
    """
    known = _known(people)
    (old, rest), new = _parted(*sides), sides[1]
    old_worth, new_worth = (worth(one).join(known, on=MAIN) for one in (old, new))
    payers = what_if_payers.found(
        Payers(people.members, people.whose, horizon),
        (old, old_worth),
        (new, new_worth),
        leaving_micro,
    )
    staying = what_if_payers.staying(payers)
    same = _values(
        rest.lines.join(known, on=MAIN), worth(rest).join(known, on=MAIN), horizon
    )
    before = _values(old.lines.join(known, on=MAIN), old_worth, horizon)
    after = _values(
        staying(new.lines.join(known, on=MAIN), pl.col("net_minor") > 0),
        staying(new_worth, pl.lit(value=True)),
        horizon,
    )
    frames = what_if_frames.frames(
        pl.concat([same, before]), pl.concat([same, after]), horizon
    )
    return Comparison(
        **frames,
        payers=payers.drop("representative_id"),
        parked=_parked(*sides, rest),
        counts=_counts(people, payers),
    )


def _parted(old: Side, new: Side) -> tuple[Side, Side]:
    """Part the old side in those whom the new one works out, and the rest."""
    mine = new.base.subscriptions.select(MAIN)
    met = replace(
        old,
        pieces=old.pieces.join(mine, on=MAIN, how="semi"),
        lines=old.lines.join(mine, on=MAIN, how="semi"),
        parked=old.parked.join(mine, on=MAIN, how="semi"),
    )
    rest = replace(
        old,
        pieces=old.pieces.join(mine, on=MAIN, how="anti"),
        lines=old.lines.join(mine, on=MAIN, how="anti"),
        parked=old.parked.join(mine, on=MAIN, how="anti"),
    )
    return met, rest


def _known(people: Population) -> pl.DataFrame:
    """Return of each representative the month of its start and whom it counts for."""
    started = people.base.subscriptions.select(
        MAIN, cohort=pl.col("started_on").dt.strftime("%Y-%m")
    )
    return started.join(representatives.counts(people.members), on=MAIN)


def _values(
    lines: pl.DataFrame, pieces: pl.DataFrame, horizon: Horizon
) -> pl.DataFrame:
    return pl.concat([measured(lines, horizon), recurring(pieces, horizon)])


def _parked(old: Side, new: Side, rest: Side) -> pl.DataFrame:
    sides = (("before", old), ("after", new), ("after", rest))
    return pl.concat(
        [
            one.parked.select(pl.lit(name).alias("side"), MAIN, "reason")
            for name, one in sides
        ]
    )


def _counts(people: Population, payers: pl.DataFrame) -> dict[str, int]:
    change = payers["after_minor"] - payers["before_minor"]
    return {
        "agreements": people.members.height,
        "representatives": people.base.subscriptions.height,
        "pay_more": int((change > 0).sum()),
        "pay_less": int((change < 0).sum()),
        "leave": int(payers["leaves"].sum()),
    }
