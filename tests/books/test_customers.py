"""Customers in the books: found, alike, elsewhere for a time, and with a history."""

from datetime import date

import pytest

from billing.books import addresses, customer_search, duplicates, papers, queries
from billing.books.object_history import UnknownKind, history
from billing.catalogue.file import ApplyCatalogue, parse
from billing.changes.change import ChangeSubscription
from billing.company import ApplyCompany
from billing.customers.address import (
    SetTemporaryAddress,
    UnknownAddress,
    WithdrawAddress,
    WrongAddress,
)
from billing.customers.merging import MergeCustomers, SplitCustomers
from billing.customers.registration import (
    ChangeCustomer,
    RegisterCustomers,
    UnknownCustomer,
    WrongCustomer,
    customers_frame,
)
from billing.errors import Invalid
from billing.invoicing.command import BillDay
from tests.conftest import CATALOGUE

DAY = date(2024, 1, 15)
SUMMER, AUGUST, AUTUMN = date(2024, 6, 15), date(2024, 8, 15), date(2024, 9, 1)
PEOPLE = [
    {
        "customer_id": "K1",
        "kind": "person",
        "name": "Anna-Lena Bergström",
        "email": "anna@example.org",
        "phone": "+46 70 123 45 67",
        "address_line": "Storgatan 12",
        "postal_code": "111 22",
        "city": "Stockholm",
        "identity_number": "19811218-9876",
    },
    {
        "customer_id": "K2",
        "kind": "person",
        "name": "Annalena Bergstrom",
        "address_line": "Stor Gatan 12",
        "postal_code": "11122",
        "city": "Stockholm",
    },
    {
        "customer_id": "K3",
        "kind": "person",
        "name": "A-L Bergström",
        "phone": "070-1234567",
    },
    {
        "customer_id": "K4",
        "kind": "company",
        "name": "Søndergård Trævarer",
        "country": "DK",
        "identity_number": "13585628",
    },
    {"customer_id": "K5", "kind": "person", "name": "Bo Ek"},
]


@pytest.fixture
def paper(newspaper):
    newspaper.give(RegisterCustomers(customers_frame(PEOPLE)), on=DAY)
    newspaper.subscribe(subscription_id="SA", customer_id="K1")
    newspaper.give(BillDay("NB"), on=DAY)
    return newspaper


def found(paper, text):
    return customer_search.found(paper.books, text).select("kind", "id").rows()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("K1", ("customer", "K1")),
        ("k1", ("customer", "K1")),
        ("Anna-Lena Bergström", ("customer", "K1")),
        ("bergstrom anna", ("customer", "K1")),
        ("anna@example.org", ("customer", "K1")),
        ("ANNA@EXAMPLE", ("customer", "K1")),
        ("0701234567", ("customer", "K1")),
        ("070-123 45 67", ("customer", "K1")),
        ("811218-9876", ("customer", "K1")),
        ("19811218 9876", ("customer", "K1")),
        ("13 58 56 28", ("customer", "K4")),
        ("sondergard", ("customer", "K4")),
        ("Anna Lena Berström", ("customer", "K1")),
        ("Sodergaard", ("customer", "K4")),
        ("SA", ("subscription", "SA")),
    ],
)
def test_search_finds_a_customer_by_what_a_clerk_has(paper, text, first):
    assert first in found(paper, text)[:2]


def test_search_finds_invoices_by_number_and_reference(paper):
    row = queries.invoices_of(paper.books, "K1").row(0, named=True)
    for text in (row["invoice_id"], row["reference"], str(row["number"])):
        assert ("invoice", row["invoice_id"]) in found(paper, text)
        assert customer_search.customers_found(paper.books, text)[
            "customer_id"
        ].to_list() == ["K1"]


@pytest.mark.parametrize(
    "text", ["", " ", "x", "%%%", "'; drop", "\\", "zzzzzz", "🙂🙂"]
)
def test_search_answers_nothing_to_what_nobody_is_called(paper, text):
    assert found(paper, text) == []


def test_search_shows_a_person_as_recorded_last(paper):
    change = ChangeCustomer("K5", {"name": "Bo Lindqvist", "email": "bo@x.se"}, DAY)
    paper.give(change, on=DAY)
    assert found(paper, "Lindqvist") == [("customer", "K5")]
    assert found(paper, "bo@x.se") == [("customer", "K5")]
    assert found(paper, "Bo Ek") == []


def test_1_11_duplicates_are_found_by_what_is_alike(paper):
    pairs = duplicates.candidates(paper.books, least=0.5)
    seen = {(r["customer_id"], r["other_id"]): r["reason"] for r in pairs.to_dicts()}
    assert seen == {("K1", "K2"): "address", ("K1", "K3"): "phone"}
    near = duplicates.candidates_of(paper.books, "K1")
    assert set(near["other_id"]) == {"K2", "K3"}
    assert duplicates.candidates_of(paper.books, "K5").is_empty()


def test_1_11_pairs_that_are_decided_are_no_candidates(paper):
    merge = paper.give(MergeCustomers("K1", "K2", "samma"), on=DAY)["merge_id"]
    pairs = duplicates.candidates(paper.books, least=0.5)
    assert pairs["other_id"].to_list() == ["K3"]
    paper.give(SplitCustomers(merge, "två"), on=DAY)
    pairs = duplicates.candidates(paper.books, least=0.5)
    assert pairs["other_id"].to_list() == ["K3"]


def test_1_11_two_numbers_of_one_scheme_are_two_persons(paper):
    twin = PEOPLE[0] | {"customer_id": "K9", "identity_number": "19121212-1212"}
    paper.give(RegisterCustomers(customers_frame([twin])), on=DAY)
    pairs = duplicates.candidates(paper.books, least=0.5)
    assert ("K1", "K9") not in pairs.select("customer_id", "other_id").rows()


def stay(paper, start=SUMMER, end=AUTUMN, **said):
    street, purpose = (
        said.get("street", "Strandvägen 1"),
        said.get("purpose", "invoice"),
    )
    wish = SetTemporaryAddress("K1", purpose, start, end, street, "38030", "Borgholm")
    return paper.give(wish, on=DAY)


def street_on(paper, day, purpose="invoice"):
    return addresses.address_on(paper.books, "K1", purpose, day)["address_line"]


def test_1_2_a_temporary_address_holds_between_its_dates(paper):
    stay(paper)
    assert street_on(paper, SUMMER) == "Strandvägen 1"
    assert street_on(paper, AUTUMN) == "Storgatan 12"
    assert street_on(paper, DAY) == "Storgatan 12"
    assert street_on(paper, SUMMER, "delivery") == "Storgatan 12"


def test_1_2_of_two_that_meet_the_later_recorded_holds(paper):
    stay(paper)
    second = stay(paper, AUGUST, date(2024, 12, 1), street="Fjällvägen 2")["address_id"]
    assert street_on(paper, SUMMER) == "Strandvägen 1"
    assert street_on(paper, AUGUST) == "Fjällvägen 2"
    paper.give(WithdrawAddress(second), on=DAY)
    paper.give(WithdrawAddress(second), on=DAY)
    assert street_on(paper, AUGUST) == "Strandvägen 1"
    assert addresses.temporary(paper.books, "K1").height == 2


def test_1_2_the_same_temporary_address_twice_is_one(paper):
    first = stay(paper)
    assert stay(paper) == {"address_id": first["address_id"], "set": False}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"end": SUMMER}, "let valid_to lie after"),
        ({"purpose": "party"}, "delivery, invoice"),
        ({"street": " "}, "fill it in"),
    ],
)
def test_1_2_a_wrong_temporary_address_is_refused(paper, wrong, words):
    with pytest.raises(WrongAddress, match=words):
        stay(paper, **wrong)


def test_1_2_an_unknown_address_or_customer_is_refused(paper):
    with pytest.raises(UnknownAddress):
        paper.give(WithdrawAddress("x"), on=DAY)
    wish = SetTemporaryAddress("no", "invoice", SUMMER, AUTUMN, "A 1", "1", "B")
    with pytest.raises(UnknownCustomer):
        paper.give(wish, on=DAY)
    with pytest.raises(UnknownCustomer):
        addresses.address_on(paper.books, "no", "invoice", DAY)


def test_1_2_papers_go_to_the_address_of_their_day(paper):
    stay(paper, start=DAY, end=date(2024, 2, 1))
    paper.give(BillDay("NB"), on=date(2024, 2, 15))
    bills = queries.invoices_of(paper.books, "K1")
    buyers = papers._buyers(paper.books, bills)
    streets = {day: buyer.address[0] for (_, day), (buyer, _) in buyers.items()}
    assert streets == {DAY: "Strandvägen 1", date(2024, 2, 15): "Storgatan 12"}


def test_1_1_a_gln_and_a_vat_number_are_checked_and_canonical(paper):
    details = {"gln": "7300009000005", "vat_number": "dk 13 58 56 28"}
    paper.give(ChangeCustomer("K4", details, DAY), on=DAY)
    row = queries.customer(paper.books, "K4").row(0, named=True)
    assert (row["gln"], row["vat_number"]) == ("7300009000005", "DK13585628")
    for wrong in ({"gln": "7300009000004"}, {"vat_number": "DK1"}):
        with pytest.raises(Invalid):
            paper.give(ChangeCustomer("K4", wrong, DAY), on=DAY)
    with pytest.raises(WrongCustomer, match="fill in the name"):
        paper.give(ChangeCustomer("K4", {"name": " "}, DAY), on=DAY)


def changed(paper, kind, name):
    return [
        (row["what"], row["before"], row["after"])
        for row in history(paper.books, kind, name).to_dicts()
    ]


def test_1_9_a_customers_history_says_before_and_after(paper):
    paper.give(ChangeCustomer("K1", {"email": "ny@example.org"}, SUMMER), on=DAY)
    paper.give(MergeCustomers("K1", "K2", "samma"), on=DAY)
    told = history(paper.books, "customer", "K1")
    assert told["command"][0] == "MergeCustomers"
    assert told["actor"].null_count() == 0
    lines = changed(paper, "customer", "K1")
    assert ("email", "anna@example.org", "ny@example.org") in lines
    assert ("effective_on", "2024-01-15", "2024-06-15") in lines
    assert ("merged with", None, "K2") in lines
    assert ("identity_shown", None, "19811218-****") in lines
    assert ("merged into", None, "K1") in changed(paper, "customer", "K2")


def test_1_9_every_kind_of_thing_has_a_history(paper):
    paper.give(ChangeSubscription("SA", DAY, plan_id="plus"), on=DAY)
    renamed = CATALOGUE.replace("{id: daily,", "{id: daily, name: Dagligen,")
    paper.give(ApplyCatalogue(parse(renamed), SUMMER), on=DAY)
    paper.give(ApplyCompany(paper.company(terms_days=10), SUMMER), on=DAY)
    assert ("plan", "daily", "plus · 2024-01-15") in changed(
        paper, "subscription", "SA"
    )
    plan = changed(paper, "plan", "daily")
    assert ("name", "daily", "Dagligen") in plan
    assert ("1/0 amount", None, "299.000000") in plan
    assert changed(paper, "product", "paper")
    assert changed(paper, "campaign", "half")
    assert any(
        what == "policies" and before and '"terms_days": 10' in after
        for what, before, after in changed(paper, "company", "NB")
    )
    assert changed(paper, "price_list", "none") == []
    with pytest.raises(UnknownKind, match="customer, "):
        history(paper.books, "moon", "1")
