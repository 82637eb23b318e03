"""The demo's world is the same for a seed; it writes real files and lives its days."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from billing.books.session import Books
from billing.catalogue.file import parse
from billing.customers import registration
from ingest.base import agreements, company, customers, mandates
from ingest.demo import draw, history, offers, orders, payers, people, wishes
from ingest.demo.history import NotThisDemo, Outside
from ingest.demo.world import World, bank_days, start_day

WORLD = World(seed=7, customers=400, months=12, through=date(2026, 10, 31))
SMALL = World(seed=7, customers=40, months=2, through=date(2026, 3, 15))


@pytest.fixture(scope="module")
def every() -> pl.DataFrame:
    return orders.orders(WORLD)


def invoices(count: int) -> pl.DataFrame:
    numbers = pl.int_range(count, eager=True)
    return pl.DataFrame(
        {
            "invoice_id": "NB-" + numbers.cast(pl.String),
            "payer_id": "K1",
            "reference": (numbers + 10_000_000).cast(pl.String),
            "due_on": date(2026, 4, 20),
            "total_minor": 29900,
            "currency": "SEK",
            "payment_method": "bankgiro",
        },
        schema_overrides={"total_minor": pl.Int64},
    )


def test_a_seed_names_a_world(every: pl.DataFrame) -> None:
    assert orders.orders(WORLD).equals(every)
    other = World(8, WORLD.customers, WORLD.months, WORLD.through)
    assert not orders.orders(other).equals(every)


def test_everybody_has_a_valid_test_identity_of_their_own() -> None:
    everybody = people.people(World(7, 5000, 12, WORLD.through))
    assert everybody["identity_number"].n_unique() == 5000
    known = everybody.select(
        name for name in registration.CUSTOMERS if name in everybody.columns
    )
    assert registration.refusals(known).is_empty()
    persons = everybody.filter(pl.col("kind") == "person")
    # Skatteverket's birth numbers for tests are 980–999.
    serials = persons["identity_number"].str.slice(8, 3).cast(pl.Int64)
    assert serials.is_between(980, 999).all()


def test_opening_files_are_read_without_a_refusal(every: pl.DataFrame) -> None:
    files = orders.opening_files(every)
    kinds = (customers, agreements, mandates)
    for kind, (name, data) in zip(kinds, files.items(), strict=True):
        imported = kind.read(data, name)
        assert imported.refused.is_empty(), name
        assert imported.rows.height > 0


def test_company_and_catalogue_hold() -> None:
    profile = company.read(offers.company_file(WORLD).encode())
    assert (profile.name, profile.currency) == ("Nordbladet AB", "SEK")
    catalogue = parse(offers.catalogue_file(WORLD))
    assert set(catalogue.plans["plan_id"]) == {*offers.PLANS, offers.TEAM, offers.PACKAGE}
    rises = catalogue.prices.filter(pl.col("applies_to") == "renewal")
    assert rises["valid_from"].unique().to_list()[-1] == WORLD.price_rise_on


def test_campaign_codes_are_open_when_they_are_used(every: pl.DataFrame) -> None:
    codes = set(parse(offers.catalogue_file(WORLD)).campaigns["code"])
    used = set(every["campaign"].drop_nulls())
    assert used
    assert used <= codes


def test_nobody_asks_for_anything_before_the_first_day(every: pl.DataFrame) -> None:
    asked = wishes.wishes(WORLD, every)
    assert asked["asked_on"].min() > WORLD.begins
    assert {"plan", "quantity", "pause", "cancel"} <= set(asked["change"])
    july = asked.filter(pl.col("change") == "pause")["effective"].str.slice(5, 2)
    assert set(july) == {"07"}


def test_payers_have_habits_as_often_as_their_weights_say() -> None:
    names = pl.DataFrame({"payer_id": ["K1"], "payer_name": ["Åsa Öberg"]})
    paid = payers.credits_of(WORLD, invoices(20_000), names)
    first = paid.filter(pl.col("bank_reference").str.ends_with("1"))
    never = 1 - first.height / 20_000
    assert never == pytest.approx(payers.HABITS["never"] / 1000, abs=0.004)
    on_time = first.filter(pl.col("paid_on") <= date(2026, 4, 20))
    assert on_time.height > 14_000
    assert paid["bank_reference"].is_unique().all()


def test_draws_are_spread_evenly() -> None:
    frame = pl.DataFrame({"key": pl.int_range(100_000, eager=True)})
    lots = frame.select(draw.below(pl.col("key"), WORLD.topic("x"), 10)).to_series()
    counts = lots.value_counts()["count"]
    assert counts.len() == 10
    assert counts.is_between(9_600, 10_400).all()


def test_banks_book_on_bank_days_only() -> None:
    days = bank_days(pl.Series([date(2026, 12, 23), date(2026, 12, 26)]))
    booked = dict(days.rows())
    assert booked[date(2026, 12, 24)] == date(2026, 12, 28)


def test_deliveries_start_on_four_days_of_the_month() -> None:
    frame = pl.DataFrame(
        {"day": [date(2026, 1, 2), date(2026, 1, 8), date(2026, 1, 23)]}
    )
    found = frame.select(start_day(pl.col("day"))).to_series().to_list()
    assert found == [date(2026, 1, 8), date(2026, 1, 8), date(2026, 2, 1)]


def test_quiet_days_have_no_files(empty_books: Books) -> None:
    world = World(seed=7, customers=3, months=2, through=date(2026, 3, 15))
    outside = Outside.of(world)
    assert history.files_of(empty_books, outside, date(2026, 1, 20)) == {}


@pytest.mark.slow
def test_a_history_is_carried_out_and_goes_on_where_it_stood(
    empty_books: Books,
) -> None:
    class Cut(Exception):
        pass

    def until(days: int):
        def progress(done: int, _all: int) -> None:
            if done == days:
                raise Cut

        return progress

    with pytest.raises(Cut):
        history.play(empty_books, SMALL, until(30))
    assert history.play(empty_books, SMALL) == len(SMALL.days) - 30
    assert history.play(empty_books, SMALL) == 0
    invoiced = empty_books.read("select count(*) as n from invoices")["n"][0]
    paid = empty_books.read("select count(*) as n from payments")["n"][0]
    assert invoiced > 20
    assert 0 < paid <= invoiced + 5
    # The last day is left to the daily job; its files wait in the inbox.
    days = empty_books.read("select max(on_date) as last from commands")["last"]
    assert days[0] < SMALL.through
    other = World(8, 40, 2, SMALL.through)
    with pytest.raises(NotThisDemo, match="another demo"):
        history.play(empty_books, other)


def test_a_home_with_a_company_of_its_own_is_left_alone(books: Books) -> None:
    with pytest.raises(NotThisDemo, match="company of its own"):
        history.play(books, SMALL)
    assert not Path(books.home.path / "demo.json").exists()


def test_campaigns_take_off_a_share_and_not_all() -> None:
    campaigns = parse(offers.catalogue_file(WORLD)).campaigns
    shares = campaigns["percent"].drop_nulls().cast(pl.Float64)
    assert shares.is_between(0.1, 0.9).all()
