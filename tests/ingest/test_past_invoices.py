"""1.5: what another system has billed is kept as history, line by line."""

from pathlib import Path

import polars as pl
import pytest

from billing.books.handle import Actor, Moment
from billing.books.session import Books
from ingest.base import mapping, moving, past_invoices
from ingest.base.intake import Import, import_file, kinds_of

HEAD = "invoice_id;invoice_line;customer_id;subscription_id;issued_on;period_from;"
PAST = (
    f"{HEAD}period_to;text;net;vat\n"
    "8812;1;C1;S1;2025-12-01;2025-12-01;2026-01-01;Tidning;282,08;16,92\n"
    "8812;2;C1;;2025-12-01;;;Avgift;50,00;12,50\n"
    "8813;1;C9;S9;2025-12-01;2025-12-01;2026-01-01;Tidning;282,08;16,92\n"
    "8814;1;C1;S1;2025-11-01;2025-11-01;;Tidning;282,08;16,92\n"
)


@pytest.fixture
def bring(books: Books, tmp_path: Path, moment: Moment, clerk: Actor):
    def bring_in(kind: str, text: str):
        path = tmp_path / "fil.csv"
        path.write_text(text, "utf-8")
        return import_file(books, Import(kind, path), moment=moment, actor=clerk)

    bring_in("customers", "customer_id;kind;name\nC1;person;Åsa Öberg\n")
    return bring_in


def test_lines_are_kept_and_come_to_no_invoice(books: Books, bring) -> None:
    taken = bring("past_invoices", PAST)
    answer = taken.answers["past_invoices"]
    assert (answer["recorded"], answer["net_minor"]) == (2, 33208)
    assert taken.refused.select("line", "field").rows() == [
        (4, "customer_id"), (5, "period_from")
    ]  # fmt: skip
    assert books.read("select count(*) from invoices").item() == 0


def test_the_corrected_file_brings_only_what_was_refused(books: Books, bring) -> None:
    taken = bring("past_invoices", PAST)
    right = taken.written.rows.read_text("utf-8-sig").replace("C9", "C1")
    corrected = bring("past_invoices", right.replace(";;Tid", ";2025-12-01;Tid"))
    assert corrected.refused.is_empty()
    assert corrected.answers["past_invoices"]["recorded"] == 2
    again = bring("past_invoices", PAST + "\n")
    assert again.answers["past_invoices"] == {
        "recorded": 0, "unchanged": 2, "invoices": 0, "net_minor": 0, "vat_minor": 0
    }  # fmt: skip


def test_a_line_that_comes_again_with_another_amount_is_refused(bring) -> None:
    bring("past_invoices", PAST)
    other = bring("past_invoices", PAST.replace("50,00;12,50", "60,00;15,00"))
    said = other.refused.filter(pl.col("line") == 3)["message"].to_list()
    assert said == ["line 8812/2 has been taken over with another content"]


@pytest.mark.parametrize(
    ("said", "amounts"),
    [
        ("net;vat_rate\n100,00;25", (10000, 2500)),
        ("gross;vat_rate\n299,00;0,06", (28208, 1692)),
        ("gross;vat\n299,00;16,92", (28208, 1692)),
        ("gross;net\n299,00;282,08", (28208, 1692)),
        ("net;vat;gross\n-282,08;-16,92;-299,00", (-28208, -1692)),
    ],
)
def test_two_amounts_say_the_rest(said: str, amounts: tuple[int, int]) -> None:
    heads, cells = said.split("\n")
    row = f"1;1;C1;2025-12-01;Tidning;{cells}"
    text = f"invoice_id;invoice_line;customer_id;issued_on;text;{heads}\n{row}\n"
    rows = past_invoices.read(text.encode(), "past.csv").rows
    assert rows.select("net_minor", "vat_minor").row(0) == amounts


def test_amounts_that_do_not_add_up_are_refused() -> None:
    text = f"{HEAD}text;net;vat;gross\n1;1;C1;;2025-12-01;;Tidning;100;25;130\n"
    refused = past_invoices.read(text.encode(), "past.csv").refused
    assert refused["message"].to_list() == ["net and vat do not add up to gross"]


def test_files_are_known_by_their_headings() -> None:
    assert kinds_of(PAST.splitlines()[0].split(";")) == ("past_invoices",)
    named = "invoice_id;reference;customer_id;issued_on;due_on;amount"
    assert kinds_of(named.split(";")) == ("open_invoices",)
    assert kinds_of(["customer_id", "balance", "balance_on"]) == ("balances",)


MAPPING = """
name: old
customers: {customer_id: kundnr, kind: {constant: person}, name: namn}
past_invoices:
  invoice_id: faktura
  invoice_line: {constant: 1}
  customer_id: kundnr
  issued_on: fakturadatum
  period_from: {column: from, date_format: "%d.%m.%Y"}
  period_to: {date: tom, plus_days: 1}
  text: vara
  gross: belopp
  vat_rate: moms
"""


def test_a_mapping_reads_a_folder_as_another_system_wrote_it(
    books: Books, tmp_path: Path, moment: Moment, clerk: Actor
) -> None:
    assert mapping.parse(MAPPING).kinds == ["customers", "past_invoices"]
    files = {
        "mapping.yaml": MAPPING,
        "customers.csv": "kundnr;namn\nC1;Åsa\n",
        "past-invoices.csv": "faktura;kundnr;fakturadatum;from;tom;vara;belopp;moms\n"
        "1;C1;2025-12-01;01.12.2025;2025-12-31;Tidning;299,00;6 %\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    moved = moving.take(books, tmp_path, moment=moment, actor=clerk)
    assert moved.files.select("kind", "recorded", "refused").rows() == [
        ("customers", 1, 0), ("past_invoices", 1, 0)
    ]  # fmt: skip
    period = books.read("select period_to::text, net_minor from past_invoice_lines")
    assert period.rows() == [("2026-01-01", 28208)]


def test_a_folder_without_files_or_with_unknown_ones_is_refused(
    books: Books, tmp_path: Path, moment: Moment, clerk: Actor
) -> None:
    with pytest.raises(moving.NoFiles, match="name it a folder with some"):
        moving.take(books, tmp_path, moment=moment, actor=clerk)
    (tmp_path / "x.csv").write_text("a;b\n1;2\n", "utf-8")
    with pytest.raises(moving.intake.UnknownHeadings, match="name it after its kind"):
        moving.take(books, tmp_path, moment=moment, actor=clerk)
