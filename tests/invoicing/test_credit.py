"""Credits by hand: no line below zero, and all notes together give back the invoice."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing.credit import MoreThanIsLeft, NothingLeft, WrongLine, credited
from billing.money import half_up


def lines(*amounts, rate=200_000, included=False):
    return pl.DataFrame(
        {
            "n": range(1, len(amounts) + 1),
            "currency": "SEK",
            "amount_minor": amounts,
            "taken_minor": 0,
            "taken_vat_minor": 0,
            "vat_category": "0.20",
            "rate_micro": rate,
            "price_includes_vat": included,
        },
        schema_overrides={"taken_minor": pl.Int64, "taken_vat_minor": pl.Int64,
                          "rate_micro": pl.Int64, "n": pl.Int64},
    )  # fmt: skip


def after(before, note):
    """Return the lines with what the note took back."""
    taken = note.select(
        "n", more=-pl.col("amount_minor"), more_vat=-pl.col("vat_minor")
    )
    return (
        before.join(taken, on="n", how="left")
        .with_columns(
            taken_minor=pl.col("taken_minor") + pl.col("more").fill_null(0),
            taken_vat_minor=pl.col("taken_vat_minor") + pl.col("more_vat").fill_null(0),
        )
        .drop("more", "more_vat")
    )


def test_the_second_note_takes_the_ore_that_the_first_one_won():
    invoice = lines(6833, 6833)
    first = credited(invoice, ((1, 6833),))
    second = credited(after(invoice, first), ((2, 6833),))
    assert (first["vat_minor"].sum(), second["vat_minor"].sum()) == (-1367, -1366)


@given(
    amount=st.integers(1, 1_000_000),
    share=st.integers(1, 99),
    rate=st.sampled_from([0, 60_000, 120_000, 250_000, 233_300]),
    included=st.booleans(),
)
def test_notes_in_parts_give_back_the_tax_of_the_invoice(amount, share, rate, included):
    invoice = lines(amount, rate=rate, included=included)
    part = max(amount * share // 100, 1)
    first = credited(invoice, ((1, part),))
    notes = [first]
    if part < amount:
        notes.append(credited(after(invoice, first), None))
    whole = 1_000_000 + (rate if included else 0)
    assert -sum(n["vat_minor"].sum() for n in notes) == half_up(amount * rate, whole)
    assert -sum(n["amount_minor"].sum() for n in notes) == amount


def test_more_than_is_left_is_refused():
    with pytest.raises(MoreThanIsLeft, match=r"has 1\.00 left to credit, not 1\.01"):
        credited(lines(100), ((1, 51), (1, 50)))


@pytest.mark.parametrize("shares", [((2, 10),), ((1, 0),), ((1, -5),)])
def test_a_line_that_is_not_there_or_an_amount_that_is_none_is_refused(shares):
    with pytest.raises(WrongLine):
        credited(lines(100), shares)


def test_a_credit_line_is_not_credited_with_all():
    with pytest.raises(NothingLeft):
        credited(lines(-100), None)
