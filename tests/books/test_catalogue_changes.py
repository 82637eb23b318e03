"""B10, 2.10: a change of the catalogue is compared, tried, approved and taken back."""

from datetime import date

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from billing.books import catalogue_check, proposals
from billing.books.handle import Actor
from billing.books.standing_catalogue import known
from billing.campaigns.examples import ExamplesFail
from billing.catalogue.file import ApplyCatalogue, WrongCatalogue, from_mapping, parse
from billing.catalogue.proposal import (
    ApproveCatalogue,
    NeedsApproval,
    ProposalChanged,
    ProposalDecided,
    ProposeCatalogue,
    RejectCatalogue,
    SameProposer,
    TakenEffect,
    UnknownProposal,
    WithdrawCatalogue,
)
from billing.catalogue.review import (
    PriceClashes,
    PriceIsImmutable,
    RiseInsideNotice,
    review,
)
from billing.catalogue.written import overlaid, written
from billing.company import ApplyCompany
from billing.invoicing.command import BillDay
from tests.conftest import CATALOGUE

ON = date(2024, 3, 1)
ANNA, BO = Actor("anna", "admin", "test"), Actor("bo", "controller", "test")
DAILY = (
    '  - {id: daily, product: paper, price: {amount: "299.00"},'
    " prices_include_vat: true}\n"
)


def dearer(start, applies_to="renewal", amount="329.00", extra=""):
    """Return the catalogue in which the daily plan costs more from a day."""
    versions = (
        "  - {id: daily, product: paper, prices_include_vat: true, prices: ["
        '{from: 1900-01-01, applies_to: new, price: {amount: "299.00"}}, '
        f'{{from: {start}, applies_to: {applies_to}, price: {{amount: "{amount}"}}}}]'
        f"{extra}}}\n"
    )
    return CATALOGUE.replace(DAILY, versions)


def manual(paper):
    paper.give(ApplyCompany(paper.company(catalogue_approval="manual"), ON), on=ON)


def sold(paper, on=ON):
    with paper.books.reader() as read:
        return known(read, on)


def billed(paper, on):
    paper.give(BillDay("NB"), on=on)
    return paper.ask(
        "select plan_id, period_from, full_minor from invoice_lines"
        " where period_from >= date '2024-03-01' order by period_from, plan_id"
    ).rows()


def test_where_approval_is_by_rule_a_proposal_is_applied_at_once(newspaper):
    newspaper.subscribe(on=date(2024, 2, 15))
    file = dearer("2024-04-01")
    answer = newspaper.give(ProposeCatalogue(file, ON, "inflation"), on=ON, actor=ANNA)
    assert (answer["state"], answer["prices"]) == ("applied", 1)
    assert sold(newspaper).prices.height == 4
    listed = proposals.listed(newspaper.books)
    assert listed.select("state", "proposed_by", "note").rows() == [
        ("applied", "anna", "inflation")
    ]
    again = newspaper.give(ProposeCatalogue(file, ON), on=ON, actor=ANNA)
    assert again["state"] == "nothing_changes"


def test_by_hand_another_person_applies_what_was_looked_at(newspaper):
    manual(newspaper)
    file = dearer("2024-04-01")
    answer = newspaper.give(ProposeCatalogue(file, ON), on=ON, actor=ANNA)
    number, mark = answer["proposal_id"], answer["fingerprint"]
    assert answer["state"] == "proposed"
    assert sold(newspaper).prices.height == 3
    with pytest.raises(SameProposer, match="colleague"):
        newspaper.give(ApproveCatalogue(number, mark), on=ON, actor=ANNA)
    with pytest.raises(ProposalChanged):
        newspaper.give(ApproveCatalogue(number, "another"), on=ON, actor=BO)
    done = newspaper.give(ApproveCatalogue(number, mark, "fine"), on=ON, actor=BO)
    assert (done["state"], done["prices"]) == ("applied", 1)
    with pytest.raises(ProposalDecided, match="applied already"):
        newspaper.give(ApproveCatalogue(number, mark), on=ON, actor=BO)
    with pytest.raises(UnknownProposal):
        newspaper.give(RejectCatalogue("none"), on=ON, actor=BO)


def test_by_hand_there_is_no_way_around_a_proposal(newspaper):
    manual(newspaper)
    with pytest.raises(NeedsApproval, match="propose"):
        newspaper.give(
            ApplyCatalogue(parse(dearer("2024-04-01")), ON), on=ON, actor=ANNA
        )


def test_a_catalogue_that_has_changed_since_is_proposed_anew(newspaper):
    manual(newspaper)
    file = dearer("2024-04-01")
    one = newspaper.give(ProposeCatalogue(file, ON), on=ON, actor=ANNA)
    other = newspaper.give(
        ProposeCatalogue(dearer("2024-05-01"), ON), on=ON, actor=ANNA
    )
    newspaper.give(
        ApproveCatalogue(other["proposal_id"], other["fingerprint"]), on=ON, actor=BO
    )
    with pytest.raises(ProposalChanged, match="anew"):
        newspaper.give(
            ApproveCatalogue(one["proposal_id"], one["fingerprint"]), on=ON, actor=BO
        )
    newspaper.give(RejectCatalogue(one["proposal_id"], "old"), on=ON, actor=BO)
    states = dict(
        proposals.listed(newspaper.books).select("proposal_id", "state").rows()
    )
    assert states == {one["proposal_id"]: "rejected", other["proposal_id"]: "applied"}


def test_what_is_taken_back_in_time_was_never_sold(newspaper):
    newspaper.subscribe(on=date(2024, 2, 15))
    answer = newspaper.give(ProposeCatalogue(dearer("2024-04-01"), ON), on=ON)
    withdraw = WithdrawCatalogue(answer["proposal_id"], "too much")
    newspaper.give(withdraw, on=date(2024, 3, 20))
    assert sold(newspaper).prices.height == 3
    lines = billed(newspaper, date(2024, 5, 20))
    assert {full for _, _, full in lines} == {29900}
    assert proposals.listed(newspaper.books)["state"].to_list() == ["withdrawn"]
    # Its days are free for another price.
    again = dearer("2024-06-01", amount="309.00")
    assert newspaper.give(ProposeCatalogue(again, ON), on=date(2024, 5, 20))
    with pytest.raises(ProposalDecided, match="withdrawn"):
        newspaper.give(withdraw, on=date(2024, 5, 21))


def test_what_has_taken_effect_stays(newspaper):
    answer = newspaper.give(ProposeCatalogue(dearer("2024-04-01"), ON), on=ON)
    withdraw = WithdrawCatalogue(answer["proposal_id"], "late")
    with pytest.raises(TakenEffect, match="holds since 2024-04-01"):
        newspaper.give(withdraw, on=date(2024, 4, 1))


def test_a_plan_that_somebody_has_taken_stays_and_one_that_nobody_has_goes(newspaper):
    new = CATALOGUE.replace(DAILY, DAILY + DAILY.replace("daily", "weekly"))
    answer = newspaper.give(ProposeCatalogue(new, ON), on=ON)
    withdraw = WithdrawCatalogue(answer["proposal_id"], "no")
    newspaper.give(withdraw, on=ON, preview=True)
    newspaper.subscribe(on=ON, plan_id="weekly")
    with pytest.raises(TakenEffect, match="plan weekly, taken by an agreement"):
        newspaper.give(withdraw, on=ON)


def test_a_campaign_that_nobody_has_taken_goes(newspaper):
    third = '  - {id: third, code: TREDJE, discount: {percent: "0.3"}}\n'
    answer = newspaper.give(ProposeCatalogue(CATALOGUE + third, ON), on=ON)
    assert "third" in sold(newspaper).campaigns["campaign_id"].to_list()
    newspaper.give(WithdrawCatalogue(answer["proposal_id"], "no"), on=ON)
    assert "third" not in sold(newspaper).campaigns["campaign_id"].to_list()


def test_a_rise_inside_the_notice_is_refused(newspaper):
    """2.2: a rise cannot be scheduled inside the notice period."""
    notice = ", term: {notice: 2, unit: month}"
    newspaper.subscribe(on=date(2024, 2, 3))
    newspaper.give(ApplyCatalogue(parse(dearer("2024-02-01", extra=notice)), ON), on=ON)
    with_third = dearer("2024-02-01", extra=notice).replace(
        '"329.00"}}]',
        '"329.00"}}, {from: 2024-04-15, price: {amount: "349.00"}}]',
    )
    with pytest.raises(RiseInsideNotice, match="2024-05-01"):
        newspaper.give(ProposeCatalogue(with_third, ON), on=ON)
    lower = with_third.replace("349.00", "289.00")
    assert newspaper.give(ProposeCatalogue(lower, ON), on=ON)["state"] == "applied"


def test_prices_that_claim_the_same_days_are_refused_in_words(newspaper):
    """B10: colliding versions are rejected, never silently dropped."""
    both = dearer("2024-04-01").replace(
        "{from: 2024-04-01", "{from: 2024-04-01, to: 2024-06-01"
    )
    newspaper.give(ProposeCatalogue(both, ON), on=ON)
    inside = dearer("2024-05-01")
    with pytest.raises(PriceClashes, match="2024-05-01"):
        newspaper.give(ProposeCatalogue(inside, ON), on=ON)


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (CATALOGUE.replace("299.00", "319.00"), PriceIsImmutable),
        (CATALOGUE.replace("paper, price", "papper, price", 1), WrongCatalogue),
        (
            CATALOGUE + '  - {id: x, discount: {percent: "0.5"}, for: {new_customers: '
            "true}, examples: [{plan: daily, on: 2024-04-01, customer: running,"
            " expect: accepted}]}\n",
            ExamplesFail,
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_is_not_proposed(newspaper, file, error):
    with pytest.raises(error):
        newspaper.give(ProposeCatalogue(file, ON), on=ON)
    assert proposals.listed(newspaper.books).is_empty()


def test_the_difference_says_for_how_many_agreements_and_from_when(newspaper):
    """2.10: what changes, for how many, from the first to the last day."""
    for n, day in enumerate((3, 15, 27), 1):
        newspaper.subscribe(on=date(2024, 2, day), subscription_id=f"S{n}")
    newspaper.subscribe(
        on=date(2024, 2, 3), subscription_id="S4", plan_id="plus", customer_id="C2"
    )
    at_renewal, for_all, for_new = (
        proposals.reaching(newspaper.books, parse(dearer("2024-04-10", rule)), ON)
        .filter(pl.col("object") == "price")
        .select("agreements", "first_on", "last_on")
        .row(0)
        for rule in ("renewal", "all", "new")
    )
    assert at_renewal == (3, date(2024, 4, 15), date(2024, 5, 3))
    assert for_all == (3, date(2024, 4, 10), date(2024, 4, 10))
    assert for_new == (0, None, None)


def test_a_file_is_tried_on_the_whole_base(newspaper):
    newspaper.subscribe(on=date(2024, 2, 3))
    file = parse(dearer("2024-04-10"))
    found = catalogue_check.examined(newspaper.books, file, ON)
    assert found.passed
    assert found.simulations["NB"].forecast.counts["pay_more"] == 1
    edited = parse(CATALOGUE.replace("299.00", "319.00"))
    failed = catalogue_check.examined(newspaper.books, edited, ON)
    assert not failed.passed
    assert failed.checks.filter(~pl.col("passed"))["check"].to_list() == [
        "published prices stay"
    ]


AMOUNTS = st.decimals("0.01", "9999", places=2).map(str)
DAYS = st.dates(date(2024, 1, 1), date(2027, 1, 1))


@st.composite
def prices(draw):
    model = draw(st.sampled_from(["flat", "per_unit", "package", "graduated"]))
    if model == "graduated":
        tiers = [{"up_to": "10", "amount": draw(AMOUNTS)}, {"flat": draw(AMOUNTS)}]
        return {"model": model, "tiers": tiers}
    sized = {"size": draw(st.integers(1, 9))} if model == "package" else {}
    return {"model": model, "amount": draw(AMOUNTS), **sized}


@st.composite
def plans(draw, n):
    versions = [
        {"from": day, "applies_to": draw(st.sampled_from(["new", "all", "renewal"])),
         "price": draw(prices())}
        for day in sorted(draw(st.sets(DAYS, min_size=1, max_size=3)))
    ]  # fmt: skip
    plan = {"id": f"p{n}", "prices": versions, "setup_fee": draw(AMOUNTS),
            "every": {"count": draw(st.integers(1, 3)),
                      "unit": draw(st.sampled_from(["month", "week"]))}}  # fmt: skip
    if draw(st.booleans()):
        plan["bundle"] = [{"product": "a", "share": "0.25"},
                          {"product": "b", "share": "0.75"}]  # fmt: skip
    else:
        plan["product"] = draw(st.sampled_from(["a", "b"]))
    if draw(st.booleans()):
        plan["trial"] = {"lasts": {"count": 14, "unit": "day"}, "then": "stop"}
    if draw(st.booleans()):
        plan["phases"] = [{"lasts": {"count": 1}, "price": draw(prices())}]
    if draw(st.booleans()):
        plan["lists"] = {
            "south": {
                "price": draw(prices()),
                "phases": [draw(prices()) for _ in plan.get("phases", [])],
            }
        }
    if draw(st.booleans()):
        plan["term"] = {"binding": 12, "notice": 1, "exit_fee": "remaining"}
    return plan


@st.composite
def campaigns(draw, n):
    half = {"percent": "0.5"}
    offer = {"id": f"c{n}", "stacks": draw(st.booleans())}
    shape = draw(st.sampled_from(["steps", "until", "periods", "forever"]))
    if shape == "steps":
        offer["steps"] = [{"discount": half, "periods": 2},
                          {"discount": {"price": draw(AMOUNTS)}}]  # fmt: skip
    else:
        offer["discount"] = {"amount": draw(AMOUNTS)}
        lasts = {"until": {"until": draw(DAYS)}, "periods": {"periods": 3}}
        offer["lasts"] = lasts.get(shape, "forever")
    if draw(st.booleans()):
        offer["for"] = {"plans": ["p0"], "ended": {"from_days": 30, "to_days": 400}}
    if draw(st.booleans()):
        offer["codes"] = [{"code": f"K{n}", "uses": 3, "to": draw(DAYS)}]
        offer["valid"] = {"from": date(2024, 1, 1)}
        offer["binding"] = {"lasts": {"count": 6}, "exit_fee": draw(AMOUNTS)}
    if draw(st.booleans()):
        offer["first_period"] = draw(
            st.sampled_from(["rest_of_month", date(2025, 1, 1)])
        )
        offer["examples"] = [
            {"plan": "p0", "on": date(2024, 5, 1), "expect": "refused"}
        ]
    return offer


@st.composite
def files(draw):
    return {
        "price_lists": [{"id": "south", "currency": "SEK", "market": "SE"}],
        "products": [
            {"id": "a", "vat": "print"},
            {"id": "b", "deliveries": {"weekdays": ["mon", "thu"],
                                       "except": [date(2024, 12, 26)]}},
        ],
        "plans": [draw(plans(n)) for n in range(draw(st.integers(1, 3)))],
        "campaigns": [draw(campaigns(n)) for n in range(draw(st.integers(0, 2)))],
    }  # fmt: skip


@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(file=files())
def test_a_catalogue_that_is_written_reads_back_as_itself(file):
    """2.10: one may begin a change from what `saldo catalogue show` prints."""
    catalogue = from_mapping(file)
    text = yaml.safe_dump(written(catalogue, "SEK"), allow_unicode=True)
    again = parse(text)
    assert review(again, catalogue).changes.is_empty()
    assert review(catalogue, again).changes.is_empty()


def test_a_part_overlays_what_it_names_and_leaves_the_rest(newspaper):
    whole = written(sold(newspaper), "SEK")
    part = {"plans": [{"id": "plus", "price": {"amount": "449.00"}}]}
    changes = review(from_mapping(overlaid(whole, part)), sold(newspaper))
    assert changes.changes.is_empty()
    assert changes.edited_prices["plan_id"].to_list() == ["plus"]
