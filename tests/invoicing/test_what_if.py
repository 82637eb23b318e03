"""B2: what if, by the engine that bills; 2.2, 2.3: a rise, and whom it costs what."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from billing.company import Policies
from billing.invoicing import base as shapes
from billing.invoicing import representatives, run, what_if
from billing.invoicing.prices import VERSIONS
from billing.invoicing.timeline import CHANGES
from billing.invoicing.what_if_lines import Horizon
from tests.invoicing.small_base import COMPANY, PLANS, base, version

ON = date(2026, 2, 10)
QUICK = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def crowd(stories, **policies):
    """Return a base of many agreements, each with its facts as a story tells them."""
    one = base(stories[0])
    subscriptions, facts = [], []
    for n, story in enumerate(stories, 1):
        name, seq = f"S{n}", len(facts)
        subscriptions.append(
            one.subscriptions.with_columns(
                subscription_id=pl.lit(name),
                customer_id=pl.lit(f"C{n}"),
                payer_id=pl.lit(f"C{n}"),
                started_on=pl.lit(story[0]["effective_on"]),
            )
        )
        facts += [
            {
                "subscription_id": name,
                **fact,
                "seq": seq + k,
                "change_id": f"{name}/{k}",
                "undoes": fact.get("undoes") and f"{name}/{fact['undoes']}",
            }
            for k, fact in enumerate(story, 1)
        ]
    return replace(
        one,
        company=replace(COMPANY, policies=Policies(**policies)),
        subscriptions=pl.concat(subscriptions),
        changes=pl.DataFrame(facts, schema=CHANGES),
    ).checked()


def began(on, plan="basic", *more):
    return [
        {"kind": "start", "effective_on": on, "item": "main", "plan_id": plan},
        *more,
    ]


def fact(kind, on, **said):
    return {"kind": kind, "effective_on": on, **said}


@st.composite
def stories(draw):
    """Draw agreements, many of which have the same story."""
    kinds = []
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.sampled_from([date(2025, 8, 31), date(2025, 9, 15), ON]))
        story = began(start, draw(st.sampled_from(list(PLANS))))
        if draw(st.booleans()):
            story.append(fact("campaign", start, campaign_id="half", item="main"))
        if draw(st.booleans()):
            on = start + timedelta(draw(st.integers(5, 200)))
            story.append(
                fact(
                    "change",
                    on,
                    item="main",
                    plan_id=draw(st.sampled_from(list(PLANS))),
                )
            )
            if draw(st.booleans()):
                story.append(fact("undo", on, undoes=len(story)))
        if draw(st.booleans()):
            on = start + timedelta(draw(st.integers(30, 400)))
            story.append(
                fact("pause", on, until_on=on + timedelta(40), effect="credit")
            )
        if draw(st.booleans()):
            on = start + timedelta(draw(st.integers(60, 500)))
            story.append(fact("cancel", on, credit="unused"))
        kinds.append(story)
    many = [story for story in kinds for _ in range(draw(st.integers(1, 3)))]
    return draw(st.permutations(many))


def dearer(one):
    new = [
        version("basic", "129.90", version=2, valid_from=date(2026, 5, 1),
                applies_to="renewal"),
        version("year", "1499.00", version=2, valid_from=date(2026, 4, 10),
                applies_to="all"),
    ]  # fmt: skip
    versions = pl.concat([one.versions, pl.DataFrame(new, schema=VERSIONS)])
    return replace(one, versions=versions)


def each_by_itself(one, months):
    """Return the totals of the agreements, each worked out alone, added up."""
    found = []
    for name in one.subscriptions["subscription_id"]:
        chosen = pl.DataFrame({"subscription_id": [name]})
        alone = representatives.only(one, chosen)
        found.append(what_if.compare(alone, dearer(alone), on=ON, months=months))
    return found


def summed(frames, key):
    by = [*key, "currency", "measure"]
    return (
        pl.concat(frames)
        .filter(pl.col("measure") != "mrr")
        .group_by(by)
        .agg(pl.col("before_minor", "after_minor", "difference_minor").sum())
        .filter(pl.any_horizontal(pl.col("before_minor", "after_minor") != 0))
        .sort(by)
    )


@QUICK
@given(told=stories())
def test_representatives_come_to_what_each_agreement_comes_to(told):
    one = crowd(told)
    whole = what_if.compare(one, dearer(one), on=ON, months=6)
    alone = each_by_itself(one, 6)
    for name, key in (
        ("by_month", ["month"]),
        ("by_plan", ["plan_id"]),
        ("by_cohort", ["cohort"]),
        ("by_campaign", ["campaign_id"]),
        ("totals", []),
    ):
        expected = summed([getattr(found, name) for found in alone], key)
        assert summed([getattr(whole, name)], key).equals(expected), name
    payers = pl.concat([found.payers for found in alone])
    assert whole.payers.sort("subscription_id").equals(payers.sort("subscription_id"))
    assert whole.counts["representatives"] <= len({str(story) for story in told})


@QUICK
@given(told=stories(), lead=st.sampled_from([0, 14]))
def test_a_forecast_is_what_the_daily_runs_issue(told, lead):
    """The months ahead are those that billing day by day comes to."""
    one = crowd(told, lead_days=lead)
    forecast = what_if.compare(one, one, on=ON, months=3)
    end, day, seen, issued = Horizon(ON, 3).end, ON - timedelta(days=1), one, []
    while day is not None and day < end:
        done = run.bill(seen, on=day)
        lines = done.issue.lines.select(shapes.BILLED.names())
        seen = replace(seen, billed=pl.concat([seen.billed, lines]))
        issued.append(done.issue.lines.with_columns(on=pl.lit(day)))
        day = done.positions["next_on"].min()
    ahead = pl.concat(issued).filter(pl.col("on") >= ON)
    measured = dict(forecast.totals.select("measure", "after_minor").iter_rows())
    assert measured.get("billed_net", 0) == ahead["net_minor"].sum()
    assert measured.get("vat", 0) == ahead["vat_minor"].sum()


@QUICK
@given(told=stories())
def test_the_same_rules_change_nothing(told):
    one = crowd(told)
    same = what_if.compare(one, one, on=ON, months=12)
    assert (same.by_month["difference_minor"] == 0).all()
    assert same.payers.is_empty()


@QUICK
@given(told=stories())
def test_what_is_issued_is_earned_or_deferred(told):
    """Deferred at a month's end: what it was, what was issued, less what was earned."""
    one = crowd(told)
    found = what_if.compare(one, dearer(one), on=ON, months=9)
    for side in ("before_minor", "after_minor"):
        by = found.by_month.pivot("measure", index="month", values=side).sort("month")
        for name in ("billed_net", "recognised", "deferred"):
            if name not in by.columns:
                by = by.with_columns(pl.lit(0, pl.Int64).alias(name))
        by = by.fill_null(0)
        moved = by["deferred"].diff().drop_nulls()
        assert moved.to_list() == (by["billed_net"] - by["recognised"])[1:].to_list()


def test_agreements_that_differ_in_one_fact_are_never_one():
    start = date(2025, 9, 3)
    one = crowd(
        [
            began(start),
            began(start, "pro"),
            began(start),
            began(start, "basic", fact("cancel", date(2026, 9, 3), credit="unused")),
            began(start, "basic", fact("cancel", date(2026, 9, 3), credit="none")),
        ]
    )
    _, members = representatives.reduced(one)
    assert sorted(members.rows()) == [
        ("S1", "S1"), ("S1", "S3"), ("S2", "S2"), ("S4", "S4"), ("S5", "S5"),
    ]  # fmt: skip


def test_a_rise_at_renewal_reaches_each_at_its_own():
    one = crowd([began(date(2025, 9, 3)), began(date(2025, 9, 28)), began(ON, "pro")])
    found = what_if.compare(one, dearer(one), on=ON)
    payers = found.payers.sort("subscription_id")
    assert payers["from_on"].to_list() == [date(2026, 5, 3), date(2026, 5, 28)]
    assert payers["reason"].to_list() == ["price", "price"]
    # With 6 % on top: 100.00 and 129.90 a month.
    assert payers["before_minor"].to_list() == [10600, 10600]
    assert payers["after_minor"].to_list() == [13769, 13769]
    assert found.counts["pay_more"] == 2


def test_a_price_for_all_inside_a_paid_year_is_charged_from_its_day():
    """The days of the year that are left cost the new price, less the old one."""
    one = crowd([began(date(2025, 8, 1), "year")])
    found = what_if.compare(one, dearer(one), on=ON, months=3)
    left = (date(2026, 8, 1) - date(2026, 4, 10)).days
    old, new = (round(a * (365 - left) / 365) for a in (118800, 149900))
    net = found.totals.filter(pl.col("measure") == "billed_net")
    assert net["before_minor"][0] == 0
    assert net["after_minor"][0] == (149900 - new) - (118800 - old)


def test_a_campaign_that_ends_is_no_rise():
    half = fact("campaign", date(2026, 1, 5), campaign_id="half", item="main")
    one = crowd([began(date(2026, 1, 5), "pro", half)])
    found = what_if.compare(one, dearer(one), on=ON)
    assert found.payers.is_empty()


def test_a_campaign_that_takes_off_less_is_why_it_costs_more():
    half = fact("campaign", date(2026, 1, 5), campaign_id="half", item="main")
    one = crowd([began(date(2026, 1, 5), "pro", half)])
    less = one.campaigns.with_columns(
        percent=pl.lit(Decimal("0.25"), one.campaigns["percent"].dtype),
        lasts_periods=pl.lit(6, pl.Int64),
    )
    found = what_if.compare(one, replace(one, campaigns=less), on=ON)
    assert found.payers["reason"].to_list() == ["campaign"]


def test_metered_agreements_use_next_year_what_they_used_in_this():
    """2.6: usage of the last twelve months repeats."""
    one = crowd([began(date(2025, 1, 1), "metered")])
    metered = {
        "plan_id": "metered", "name": "Metered", "product_id": "news",
        "every_count": 1, "every_unit": "month", "timing": "arrears",
        "plan_currency": "SEK", "plan_anchor_kind": "subscription",
        "prices_include_vat": False, "prorates": True, "setup_fee_minor": 0,
        "minimum_minor": 0, "usage_metric": "calls", "usage_aggregation": "sum",
    }  # fmt: skip
    price = version("metered", "2.00", model="per_unit")
    one = replace(
        one,
        plans=pl.concat([one.plans, pl.DataFrame([metered], schema=shapes.PLANS)]),
        versions=pl.concat([one.versions, pl.DataFrame([price], schema=VERSIONS)]),
        usage=pl.DataFrame(
            [("S1", "calls", Decimal(10), date(2025, 6, 5)),
             ("S1", "calls", Decimal(7), date(2025, 12, 5))],
            schema=shapes.USAGE, orient="row",
        ),
    )  # fmt: skip
    found = what_if.compare(one, one, on=ON, months=12)
    net = found.totals.filter(pl.col("measure") == "billed_net")
    assert net["after_minor"][0] == 3400


def test_what_cannot_be_billed_is_said_and_left_out():
    one = crowd([began(date(2025, 9, 3)), began(date(2025, 9, 3), "pro")])
    unpriced = replace(one, versions=one.versions.filter(pl.col("plan_id") != "pro"))
    found = what_if.compare(one, unpriced, on=ON)
    assert found.parked["side"].to_list() == ["after"]
    assert "no price" in found.parked["reason"][0]


@pytest.mark.parametrize("months", [1, 24])
def test_the_months_are_counted_from_the_day(months):
    one = crowd([began(date(2025, 9, 3))])
    found = what_if.compare(one, one, on=ON, months=months)
    assert found.by_month["month"].n_unique() == months
    assert found.by_month["month"].min() == ON
