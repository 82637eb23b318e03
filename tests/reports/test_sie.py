import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.reports import booked_vouchers, sie
from billing.reports.booked_vouchers import Books

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/data/statutory/sie"

HEADER = sie.Header(
    company_name='Exempelabonnemang "Å&Ö" AB',
    organisation_number="556000-0167",
    program="Saldo",
    program_version="0.1.0",
    generated_on=dt.date(2026, 11, 23),
    year_start=dt.date(2026, 1, 1),
    year_end=dt.date(2027, 1, 1),
    previous_year_start=dt.date(2025, 1, 1),
)
CHART = [
    ("1510", "Kundfordringar", "T"),
    ("1930", "Företagskonto", "T"),
    ("2631", "Utgående moms 6 %", "S"),
    ("2970", "Förutbetalda intäkter", "S"),
    ("3003", "Försäljning 6 %", "I"),
    ("6352", "Befarade kundförluster", "K"),
]
OBJECTS = pl.List(pl.Struct({"dimension": pl.Int64, "object": pl.String}))


def frame(columns, rows):
    return pl.DataFrame(rows, orient="row", schema=columns)


def customer(number, invoice):
    return [
        {"dimension": 8, "object": number},
        {"dimension": 10, "object": invoice},
    ]


def books(**changes):
    vouchers = [
        ("K", 2, dt.date(2026, 11, 20), "Inbetalning", dt.date(2026, 11, 20)),
        ("K", 1, dt.date(2026, 11, 1), "Faktura 100001", dt.date(2026, 11, 2)),
        ("F 1", 7, dt.date(2026, 12, 31), "", dt.date(2027, 1, 4)),
    ]
    lines = [
        ("K", 1, 2, "2631", -18_17, "", []),
        ("K", 1, 1, "1510", 321_00, "Åsa Öberg", customer("C1", "100001")),
        ("K", 1, 3, "2970", -302_83, "", None),
        ("K", 2, 1, "1930", 321_00, "", []),
        ("K", 2, 2, "1510", -321_00, "", customer("C1", "100001")),
        ("F 1", 7, 1, "2970", 100_05, "Intäkt dec", []),
        ("F 1", 7, 2, "3003", -100_05, "", []),
    ]
    columns = booked_vouchers.LINE_COLUMNS | {"dimensions": OBJECTS}
    whole = Books(
        vouchers=frame(booked_vouchers.VOUCHER_COLUMNS, vouchers),
        lines=frame(columns, lines),
        accounts=frame(booked_vouchers.ACCOUNT_COLUMNS, CHART),
        openings=frame(
            booked_vouchers.BALANCE_COLUMNS, [("1510", 50_00), ("2970", -50_00)]
        ),
        previous=frame(
            booked_vouchers.BALANCE_COLUMNS,
            [("1510", 50_00), ("2970", -50_00), ("3003", -900_00)],
        ),
    )
    return replace(whole, **changes)


def test_4i_is_written_record_by_record():
    records = sie.write_4i(HEADER, books()).content.decode("cp437").split("\r\n")
    assert records[:9] == [
        "#FLAGGA 0",
        '#PROGRAM "Saldo" "0.1.0"',
        "#FORMAT PC8",
        "#GEN 20261123",
        "#SIETYP 4",
        "#ORGNR 556000-0167",
        '#FNAMN "Exempelabonnemang \\"Å&Ö\\" AB"',
        "#KPTYP EUBAS97",
        "#VALUTA SEK",
    ]
    start = records.index('#VER K 1 20261101 "Faktura 100001" 20261102')
    assert records[start + 1 : start + 6] == [
        "{",
        '   #TRANS 1510 {8 "C1" 10 "100001"} 321.00 "" "Åsa Öberg"',
        "   #TRANS 2631 {} -18.17",
        "   #TRANS 2970 {} -302.83",
        "}",
    ]
    assert records[-1] == ""


def test_4i_has_the_vouchers_and_no_balances(read):
    file = read(sie.write_4i(HEADER, books()).content)
    assert [(v["series"], v["number"]) for v in file.vouchers] == [
        ("F 1", "7"),
        ("K", "1"),
        ("K", "2"),
    ]
    assert not {"#IB", "#UB", "#RES", "#RAR"} & set(file.records)
    assert file.vouchers[1]["lines"][0]["objects"] == {"8": "C1", "10": "100001"}
    assert ["8", "C1", "C1"] in file.records["#OBJEKT"]


def test_4e_keeps_the_identities_of_a_year(read):
    assert_year_holds(read(sie.write_4e(HEADER, books()).content))


def assert_year_holds(file):
    opened, closed, result = (file.amounts(x) for x in ("#IB", "#UB", "#RES"))
    turnover, types = file.turnover(), file.types()
    accounts = [account for account, _ in file.records["#KONTO"]]
    assert set(turnover) <= set(accounts)
    for account in accounts:
        moved = turnover.get(account, Decimal(0))
        if types[account] in "TS":
            assert closed[account] == opened.get(account, Decimal(0)) + moved
        else:
            assert result[account] == moved
    assert sum(opened.values()) == 0
    assert sum(closed.values()) + sum(result.values()) == 0
    assert_periods_hold(file, turnover)
    (start, end) = next(fields[1:3] for fields in file.records["#RAR"])
    assert all(start <= f"{v['date']:%Y%m%d}" <= end for v in file.vouchers)


def assert_periods_hold(file, turnover):
    periods = defaultdict(Decimal)
    for _, _, account, objects, change in file.records["#PSALDO"]:
        assert objects == []
        periods[account] += Decimal(change)
    assert dict(periods) == turnover


def test_4e_opens_where_the_previous_year_closed(read):
    file = read(sie.write_4e(HEADER, books()).content)
    opened = file.amounts("#IB")
    for account, closed in file.amounts("#UB", "-1").items():
        assert opened[account] == closed
    assert file.amounts("#RES", "-1") == {"3003": Decimal("-900.00")}
    assert file.records["#RAR"] == [
        ["0", "20260101", "20261231"],
        ["-1", "20250101", "20251231"],
    ]


def test_first_year_has_no_year_before(read):
    header = replace(HEADER, previous_year_start=None)
    file = read(sie.write_4e(header, books(previous=None)).content)
    assert file.records["#RAR"] == [["0", "20260101", "20261231"]]
    assert file.amounts("#UB", "-1") == {}


def test_lines_without_dimensions_have_empty_object_lists(read):
    plain = books(lines=books().lines.drop("dimensions"))
    file = read(sie.write_4e(HEADER, plain).content)
    assert all(not line["objects"] for v in file.vouchers for line in v["lines"])


def test_voucher_off_by_one_ore_is_refused():
    lines = books().lines.with_columns(
        pl.col("amount_minor") + (pl.col("account") == "2631").cast(pl.Int64)
    )
    with pytest.raises(
        booked_vouchers.UnbalancedVoucher, match=r"K 1 is off balance by 0\.01"
    ):
        sie.write_4i(HEADER, books(lines=lines))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            {"accounts": books().accounts.head(3)},
            booked_vouchers.IncompleteVouchers,
        ),
        ({"vouchers": books().vouchers.head(2)}, booked_vouchers.IncompleteVouchers),
        (
            {"lines": books().lines.filter(pl.col("series") == "K")},
            booked_vouchers.IncompleteVouchers,
        ),
        (
            {"openings": books().openings.head(1)},
            booked_vouchers.UnbalancedOpenings,
        ),
        (
            {
                "openings": frame(
                    booked_vouchers.BALANCE_COLUMNS, [("1510", 5), ("3003", -5)]
                )
            },
            booked_vouchers.UnbalancedOpenings,
        ),
    ],
)
def test_books_that_do_not_belong_together_are_refused(change, error):
    with pytest.raises(error):
        sie.write_4e(HEADER, books(**change))


def test_voucher_outside_the_year_is_refused_in_4e():
    header = replace(HEADER, year_end=dt.date(2026, 12, 1))
    with pytest.raises(booked_vouchers.VoucherOutsideYear, match="F 1 7 of 2026-12-31"):
        sie.write_4e(header, books())


def test_characters_that_the_set_lacks_are_rewritten_and_counted(read):
    texts = pl.lit("Øystein “Smørgås” – 5 €\n李").alias("text")
    file = sie.write_4i(HEADER, books(vouchers=books().vouchers.with_columns(texts)))
    assert file.transliterated == 3 * 7
    assert read(file.content).vouchers[0]["text"] == "Oystein 'Smorgås' - 5 EUR ?"


def test_books_without_vouchers_are_a_file_without_vouchers(read):
    empty = books(vouchers=books().vouchers.clear(), lines=books().lines.clear())
    file = read(sie.write_4e(HEADER, empty).content)
    assert file.vouchers == []
    assert file.amounts("#UB")["1510"] == Decimal("50.00")


@settings(max_examples=50, deadline=None)
@given(
    text=st.text(max_size=40),
    amounts=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=4),
)
def test_any_text_and_amount_survives_the_reader(text, amounts):
    accounts = [number for number, _, _ in CHART][: len(amounts)]
    rows = [
        ("K", 1, n, account, minor, text)
        for n, (account, minor) in enumerate(zip(accounts, amounts, strict=True))
    ]
    rows.append(("K", 1, 9, "6352", -sum(amounts), ""))
    day = dt.date(2026, 2, 28)
    random = books(
        vouchers=frame(booked_vouchers.VOUCHER_COLUMNS, [("K", 1, day, text, day)]),
        lines=frame(booked_vouchers.LINE_COLUMNS, rows),
    )
    file = _reader()(sie.write_4e(HEADER, random).content)
    assert_year_holds(file)
    (voucher,) = file.vouchers
    assert [line["amount"] * 100 for line in voucher["lines"]] == [
        *amounts,
        -sum(amounts),
    ]


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet='aÖé \\"{}#ß-', min_size=1, max_size=12))
def test_text_of_the_set_comes_back_as_it_was(text):
    vouchers = books().vouchers.with_columns(text=pl.lit(text))
    file = _reader()(sie.write_4i(HEADER, books(vouchers=vouchers)).content)
    # A backslash at the end would escape the closing mark: a blank keeps them apart.
    expected = f"{text} " if text.endswith("\\") else text
    assert {voucher["text"] for voucher in file.vouchers} == {expected}


def _reader():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("sie_reader", Path(__file__).parent / "conftest.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SieReader


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the sample {name} is not here: {SAMPLES} is absent")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "vouchers"),
    [("FAKT_4I.SI", 32), ("export_4E.SE", 32), ("quirks_4I.SI", 1)],
)
def test_reader_reads_the_samples(name, vouchers, read):
    assert len(read(sample(name)).vouchers) == vouchers


def test_reader_finds_the_sample_year_whole(read):
    assert_year_holds(read(sample("export_4E.SE")))


@pytest.mark.parametrize(
    "name",
    [
        "neg_unbalanced_4I.SI",
        "neg_truncated_ksumma_4I.SI",
        "neg_open_quote_4I.SI",
        "neg_decimal_comma_4I.SI",
    ],
)
def test_reader_refuses_the_negative_samples(name, read, bad_sie):
    with pytest.raises(bad_sie):
        read(sample(name))


@pytest.mark.parametrize(
    ("name", "write"), [("FAKT_4I.SI", sie.write_4i), ("export_4E.SE", sie.write_4e)]
)
def test_sample_read_and_written_again_says_the_same(name, write, read):
    original = read(sample(name))
    again = read(write(HEADER, _books_of(original)).content)
    for label in ("#SIETYP", "#FORMAT", "#ORGNR", "#FNAMN", "#KPTYP", "#VALUTA"):
        assert again.records[label] == original.records[label]
    for label in ("#KONTO", "#KTYP", "#UB", "#RES", "#PSALDO"):
        written = _without_zeros(again.records[label])
        assert written == _without_zeros(original.records[label]), label
    assert [v["lines"] for v in again.vouchers] == [
        v["lines"] for v in original.vouchers
    ]


def _without_zeros(records):
    return sorted(
        (fields for fields in records if fields[-1] != "0.00"), key=lambda x: x[:3]
    )


def _books_of(file):
    vouchers = [
        ("K", n, v["date"], v["text"], v["date"])
        for n, v in enumerate(file.vouchers, start=1)
    ]
    lines = [
        (
            "K",
            n,
            place,
            line["account"],
            int(line["amount"] * 100),
            line["text"],
            [
                {"dimension": int(dimension), "object": number}
                for dimension, number in line["objects"].items()
            ],
        )
        for n, v in enumerate(file.vouchers, start=1)
        for place, line in enumerate(v["lines"])
    ]
    types = file.types()
    accounts = [(*fields, types[fields[0]]) for fields in file.records["#KONTO"]]
    columns = booked_vouchers.LINE_COLUMNS | {"dimensions": OBJECTS}
    return Books(
        vouchers=frame(booked_vouchers.VOUCHER_COLUMNS, vouchers),
        lines=frame(columns, lines),
        accounts=frame(booked_vouchers.ACCOUNT_COLUMNS, accounts),
        openings=frame(booked_vouchers.BALANCE_COLUMNS, []),
    )
