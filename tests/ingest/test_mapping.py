"""A mapping brings the fields of a kind out of a file of any shape."""

from pathlib import Path

import polars as pl
import pytest

from billing.catalogue.file import parse
from ingest.base import agreements, company, customers, mapping
from ingest.base.mapping import UnknownMapping, WrongMapping

TABLE = pl.DataFrame(
    {
        "line": [2, 3, 4],
        "nr": ["1", "2", "3"],
        "churn": ["Yes", "No", None],
        "months": ["1", "x", "14"],
        "contract": ["A", "B", "Z"],
    }
)
AS_OF = {"as_of": "2026-03-31"}


def applied(fields: str) -> list[tuple[object, ...]]:
    text = f"{{parameters: [as_of], agreements: {{{fields}}}}}"
    return mapping.parse(text).applied("agreements", TABLE, AS_OF).drop("line").rows()


def test_months_before_a_day_keep_to_the_end_of_the_month() -> None:
    found = applied("start_on: {date: as_of, minus_months: months}")
    assert found == [("2026-02-28",), ("x",), ("2025-01-31",)]


def test_a_condition_that_does_not_hold_leaves_the_field_empty() -> None:
    found = applied('ended_on: {when: {churn: "Yes"}, then: {parameter: as_of}}')
    assert found == [("2026-03-31",), (None,), (None,)]


def test_a_value_that_nobody_mapped_passes_as_it_is() -> None:
    found = applied("plan_id: {column: contract, map: {A: month, B: year}}")
    assert found == [("month",), ("year",), ("Z",)]


def test_otherwise_of_a_map_is_a_constant() -> None:
    found = applied("plan_id: {column: contract, map: {A: month}, otherwise: other}")
    assert found == [("month",), ("other",), ("other",)]


def test_dates_of_another_form_are_read_by_their_format() -> None:
    table = pl.DataFrame({"line": [2, 3], "d": ["31/12/2025", "soon"]})
    text = "{agreements: {start_on: {column: d, date_format: '%d/%m/%Y'}}}"
    found = mapping.parse(text).applied("agreements", table, {})
    assert found["start_on"].to_list() == ["2025-12-31", "soon"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{customers: {name: {column: a, constant: b}}}", "exactly one of"),
        ("{customer: {}}", "customer"),
        ("{customers: {name: {when: {a: b}}}}", "when needs then"),
        ("[", "not YAML"),
    ],
)
def test_a_mapping_that_cannot_be_says_why(text: str, words: str) -> None:
    with pytest.raises(WrongMapping, match=words):
        mapping.parse(text)


def test_a_missing_column_or_parameter_is_named() -> None:
    found = mapping.parse("{parameters: [as_of], customers: {name: full_name}}")
    with pytest.raises(WrongMapping, match="as_of"):
        found.applied("customers", TABLE, {})
    with pytest.raises(WrongMapping, match="no column 'full_name'"):
        found.applied("customers", TABLE, AS_OF)


def test_an_unknown_shipped_mapping_names_those_that_are() -> None:
    with pytest.raises(UnknownMapping, match="telco"):
        mapping.shipped("acme")


def test_the_example_with_swedish_headings_yields_both_kinds() -> None:
    root = Path(__file__).resolve().parents[2] / "docs/examples"
    text = (root / "import/kunder.yaml").read_text("utf-8")
    example = [line[2:] for line in text.splitlines() if ";" in line]
    data = "\n".join(example).encode("latin-1")
    found = mapping.parse(text)
    known = customers.read(data, "kunder.csv", found)
    taken = agreements.read(data, "kunder.csv", found)
    assert known.refused.is_empty()
    assert taken.refused.is_empty()
    assert known.rows["delivery"].to_list() == ["email"]
    row = taken.rows.row(0, named=True)
    assert (row["plan_id"], row["agreed_minor"]) == ("papper-manad", 37900)
    catalogue = parse((root / "newspaper/catalogue.yaml").read_text("utf-8"))
    assert row["plan_id"] in catalogue.plans["plan_id"]
    company.read((root / "newspaper/company.yaml").read_bytes())
