"""1.5 and B12: a company that lived in one system moves into another, and bills on."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from api import cli
from billing.books import daily, shadow, verify
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.home import Home
from billing.books.session import Books, open_books
from billing.catalogue.file import ApplyCatalogue, parse
from billing.company import ApplyCompany
from ingest.base import company, moving
from ingest.demo import history, offers, old_base, old_system, orders
from ingest.demo.world import World

WORLD = World(seed=7, customers=120, months=4, through=date(2026, 3, 10))
CUT = WORLD.through
DAYS = 40
LINES = """
    select subscription_id, plan_id, line.kind, period_from, period_to, amount_minor,
        line.net_minor, line.vat_minor
    from invoice_lines as line inner join invoices using (invoice_id)
    where issued_on >= date '{}' and series = 'F'
    order by subscription_id, period_from, line.kind
"""


def billed_on(books: Books) -> pl.DataFrame:
    """Bill the days after the cut-over; return what was billed on them."""
    for n in range(DAYS):
        daily.bill(books, Moment.morning(CUT + timedelta(days=n)))
    return books.read(LINES.format(CUT))


@pytest.fixture(scope="module")
def left(server, tmp_path_factory) -> tuple[Path, pl.DataFrame, int]:
    """A lived company: the files it leaves behind, what it bills next, what is owed."""
    folder = tmp_path_factory.mktemp("old")
    with server.books() as books:
        history.play(books, WORLD)
        old_system.write(books, CUT - timedelta(days=1), folder)
        owed = books.read("select sum(open_minor)::bigint from open_items").item()
        return folder, billed_on(books), owed


def opened(books: Books) -> Books:
    """Return books with the company and its catalogue, ready for the base."""
    moment = Moment.morning(WORLD.begins)
    profile = company.read(offers.company_file(WORLD).encode())
    catalogue = parse(offers.catalogue_file(WORLD))
    for command in (
        ApplyCompany(profile, WORLD.begins),
        ApplyCatalogue(catalogue, WORLD.begins),
    ):
        handle(books, command, actor=SYSTEM, moment=moment)
    return books


@pytest.fixture
def new_home(empty_books: Books) -> Books:
    return opened(empty_books)


def take(books: Books, folder: Path) -> moving.Moved:
    return moving.take(books, folder, moment=Moment.morning(CUT), actor=SYSTEM)


def test_a_base_moves_in_whole_and_bills_on_where_it_stopped(left, new_home) -> None:
    """≥ 99.9 % of the lines are equal; no day is billed twice and none is missed."""
    folder, next_bills, owed = left
    moved = take(new_home, folder)
    assert moved.refused == 0
    summary = shadow.compared(new_home, CUT).summary
    assert summary["lines"] > 90
    assert summary["equal_share"] >= 0.999
    found = shadow.checked(new_home, CUT)
    totals = {row["total"]: row for row in found.totals.to_dicts()}
    assert totals["receivables"]["amount_minor"] == owed
    assert found.gaps.is_empty()
    assert billed_on(new_home).equals(next_bills)
    broken = [n for n, q in verify.PROMISES.items() if new_home.read(q).height]
    assert broken == []


def test_the_same_folder_again_changes_nothing(left, new_home) -> None:
    folder, *_ = left
    take(new_home, folder)
    facts = "select max(seq) from commands"
    before = new_home.read(facts).item()
    again = take(new_home, folder)
    assert again.files["known"].all()
    assert new_home.read(facts).item() == before


def test_one_price_that_differs_is_told_line_by_line(left, new_home, tmp_path) -> None:
    folder, *_ = left
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "past_invoices.csv"
    past = pl.read_csv(path, separator=";", infer_schema=False)
    last = past.filter(pl.col("plan_id") == "papper-manad").sort("issued_on")[-1]
    is_last = pl.col("invoice_id") == last["invoice_id"][0]
    spoilt = past.with_columns(
        net=pl.when(is_last).then(pl.lit("366,98")).otherwise("net"),
        vat=pl.when(is_last).then(pl.lit("22,02")).otherwise("vat"),
    )
    path.write_bytes(orders.written(spoilt))
    take(new_home, tmp_path)
    found = shadow.compared(new_home, CUT)
    differing = found.rows.filter(pl.col("class") != "equal")
    assert differing["class"].to_list() == ["price"]
    assert "389.00 was billed there" in differing["words"][0]


def test_two_ways_to_a_price_meet_on_the_base_of_the_demo(new_home, tmp_path) -> None:
    """The old base's invoices are worked out by hand from the price list."""
    world = World(seed=7, customers=3000, months=4, through=CUT)
    for name, data in old_base.files(world, 1500).items():
        (tmp_path / name).write_bytes(data)
    moving.take(new_home, tmp_path, moment=Moment.morning(world.begins), actor=SYSTEM)
    summary = shadow.compared(new_home, world.begins).summary
    assert (summary["lines"], summary["equal_share"]) == (1500, 1.0)
    assert shadow.checked(new_home, world.begins).gaps.is_empty()


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Books:
    """A home of its own with a server of its own, as the command line opens it."""
    return opened(open_books(Home(tmp_path_factory.mktemp("home")).made()))


@pytest.fixture
def saldo(installed: Books, monkeypatch, capsys):
    monkeypatch.setenv("SALDO_HOME", str(installed.home.path))

    def run(*arguments: object) -> tuple[int, str, str]:
        code = 0
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_command_line_takes_checks_and_compares(left, saldo, tmp_path) -> None:
    folder, *_ = left
    on = ("--on", CUT)
    code, said, _ = saldo("migration", "take", folder, *on)
    assert (code, "past_invoices.csv" in said) == (0, True)
    code, said, _ = saldo("migration", "check", *on)
    assert (code, "MRR" in said) == (0, True)
    written = tmp_path / "shadow.csv"
    code, said, _ = saldo("migration", "shadow", *on, "--csv", written)
    assert (code, "100.00%" in said) == (0, True)
    assert pl.read_csv(written, separator=";").height > 90


def test_a_folder_with_refused_rows_says_where_they_wait(
    installed, saldo, tmp_path
) -> None:
    (tmp_path / "customers.csv").write_text(
        "customer_id;kind;name\nR1;person;Åsa\nR2;firm;Bo\n", "utf-8"
    )
    code, said, complaint = saldo("migration", "take", tmp_path, "--on", CUT)
    assert (code, "correct-me.csv" in said) == (1, True)
    assert "1 rows were refused" in complaint
    mended = next(installed.home.quarantine.glob("*.correct-me.csv"))
    mended.write_text(mended.read_text("utf-8").replace("firm", "company"), "utf-8")
    assert saldo("import", "customers", mended, "--on", CUT)[0] == 0
    names = installed.read("select customer_id from customers")["customer_id"]
    assert {"R1", "R2"} <= set(names)
