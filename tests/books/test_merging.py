"""1.11: a merge is a fact; balances and history of both remain."""

from datetime import date

import polars as pl
import pytest

from billing.books import queries
from billing.customers.merging import (
    AlreadyMerged,
    AlreadySplit,
    MergeCustomers,
    SplitCustomers,
    UnknownMerge,
    WrongMerge,
)
from billing.customers.registration import (
    RegisterCustomers,
    UnknownCustomer,
    customers_frame,
)
from billing.invoicing.command import BillDay, ChargeOnce
from billing.payment_methods.command import MANDATES, OrderCollection, RecordMandates

DAY = date(2024, 1, 15)
MERGE_DAY = date(2024, 2, 1)
NEXT = date(2024, 2, 15)


@pytest.fixture
def twice(newspaper):
    """The newspaper, where Åsa is registered a second time with an agreement."""
    row = {"customer_id": "C3", "kind": "person", "name": "Asa Öberg"}
    newspaper.give(RegisterCustomers(customers_frame([row])), on=DAY)
    newspaper.subscribe(subscription_id="S1", customer_id="C1")
    newspaper.subscribe(subscription_id="S3", customer_id="C3")
    newspaper.give(BillDay("NB"), on=DAY)
    return newspaper


def invoices(paper):
    return paper.ask(
        "select kind, payer_id, issued_on, total_minor from invoices order by seq"
    ).rows()


def merge(paper, kept="C1", merged="C3", on=MERGE_DAY):
    wish = MergeCustomers(kept, merged, "samma person")
    return paper.give(wish, on=on)["merge_id"]


def test_1_11_a_merge_neither_credits_nor_bills_again(twice):
    before = invoices(twice)
    merge(twice)
    twice.give(BillDay("NB"), on=MERGE_DAY)
    assert invoices(twice) == before


def test_1_11_the_next_period_goes_to_the_kept_customer(twice):
    merge(twice)
    twice.give(BillDay("NB"), on=NEXT)
    new = [row for row in invoices(twice) if row[2] == NEXT]
    assert {row[1] for row in new} == {"C1"}
    assert sum(row[3] for row in new) == 2 * 299_00
    assert {row[0] for row in new} == {"invoice"}


def test_1_11_the_kept_customers_card_has_both(twice):
    separately = [
        queries.balance(twice.books, name, DAY)["balance_minor"]
        for name in ("C1", "C3")
    ]
    merge(twice)
    books = twice.books
    assert queries.balance(books, "C1", DAY)["balance_minor"] == sum(separately)
    assert queries.open_items(books, "C1").height == 2
    assert queries.subscriptions_of(books, "C1", DAY).height == 2
    assert queries.invoices_of(books, "C1").height == 2
    assert queries.customer(books, "C3")["merged_into"].to_list() == ["C1"]
    assert queries.customer(books, "C1")["merged_into"].to_list() == [None]
    assert "MergeCustomers" in queries.history_of(books, "C1")["kind"].to_list()


def test_1_11_a_split_takes_the_merge_back(twice):
    merge_id = merge(twice)
    twice.give(BillDay("NB"), on=NEXT)
    twice.give(SplitCustomers(merge_id, "två personer"), on=NEXT)
    twice.give(BillDay("NB"), on=NEXT)
    twice.give(BillDay("NB"), on=date(2024, 3, 15))
    last = [row for row in invoices(twice) if row[2] == date(2024, 3, 15)]
    assert sorted(row[1] for row in last) == ["C1", "C3"]
    assert queries.customer(twice.books, "C3")["merged_into"].to_list() == [None]
    # What C1 was billed for the other's running period is credited, and billed to C3.
    owed = {
        name: queries.balance(twice.books, name, DAY)["balance_minor"]
        for name in ("C1", "C3")
    }
    assert owed == {"C1": 3 * 299_00, "C3": 3 * 299_00}


def test_1_11_a_merge_can_be_made_again_after_a_split(twice):
    twice.give(SplitCustomers(merge(twice), "fel"), on=MERGE_DAY)
    merge(twice, kept="C3", merged="C1")
    assert queries.customer(twice.books, "C1")["merged_into"].to_list() == ["C3"]
    kinds = twice.ask("select kind from events where aggregate = 'merge' order by seq")
    assert kinds["kind"].to_list() == [
        "customer.merged",
        "customer.split",
        "customer.merged",
    ]


def test_1_11_a_one_off_charge_follows_the_merge(twice):
    merge(twice)
    charge = ChargeOnce("C3", "paper", 100_00, "Kalender")
    twice.give(charge, on=MERGE_DAY)
    twice.give(BillDay("NB"), on=MERGE_DAY)
    assert invoices(twice)[-1][1] == "C1"


@pytest.mark.parametrize(
    ("merged", "refusal", "words"),
    [
        ("C2", WrongMerge, "person and a company are never one"),
        ("C1", WrongMerge, "name two customers"),
        ("C9", UnknownCustomer, "no customer C9"),
    ],
)
def test_1_11_what_is_never_one_is_refused(twice, merged, refusal, words):
    with pytest.raises(refusal, match=words):
        merge(twice, "C1", merged)
    assert twice.ask("select * from customer_merges").is_empty()


def test_1_11_a_chain_of_merges_is_refused_with_what_to_do(twice):
    row = {"customer_id": "C4", "kind": "person", "name": "Åsa"}
    twice.give(RegisterCustomers(customers_frame([row])), on=DAY)
    merge(twice)
    for kept, merged, words in (
        ("C4", "C3", "split"),
        ("C3", "C4", "name C1 instead"),
        ("C4", "C1", "split"),
        ("C1", "C3", "already"),
    ):
        with pytest.raises(AlreadyMerged, match=words):
            merge(twice, kept, merged)


def test_1_11_a_merge_and_a_split_need_a_reason(twice):
    with pytest.raises(WrongMerge, match="reason"):
        twice.give(MergeCustomers("C1", "C3", " "), on=MERGE_DAY)
    with pytest.raises(WrongMerge, match="reason"):
        twice.give(SplitCustomers("x", ""), on=MERGE_DAY)


def test_1_11_a_merge_is_split_once(twice):
    merge_id = merge(twice)
    twice.give(SplitCustomers(merge_id, "fel"), on=MERGE_DAY)
    with pytest.raises(AlreadySplit):
        twice.give(SplitCustomers(merge_id, "fel"), on=MERGE_DAY)
    with pytest.raises(UnknownMerge):
        twice.give(SplitCustomers("nobody", "fel"), on=MERGE_DAY)


def test_1_11_the_merged_customers_mandate_pays_for_the_kept_one(twice):
    twice.subscribe(subscription_id="S4", customer_id="C1", payment_method="autogiro")
    mandate = {
        "customer_id": "C3",
        "scheme": "autogiro",
        "payer_number": "1003",
        "event": "active",
        "effective_on": DAY,
    }
    twice.give(RecordMandates(pl.DataFrame([mandate], schema=MANDATES)), on=DAY)
    twice.give(BillDay("NB"), on=DAY)
    late = date(2024, 2, 13)
    assert twice.give(OrderCollection("NB"), on=late)["orders"] == 0
    merge(twice)
    assert twice.give(OrderCollection("NB"), on=late)["orders"] == 1
