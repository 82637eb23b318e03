"""What imports cannot show.

Where things lie, how they are called, how long they are.
"""

import ast
import re
from pathlib import Path

import pytest

from billing.books.commands import HANDLERS
from billing.errors import No

ROOT = Path(__file__).parents[2]
PACKAGES = ("billing", "ingest", "api", "dagster_project", "streamlit_app")
WORDS = (
    "customers",
    "catalogue",
    "campaigns",
    "invoicing",
    "payment_methods",
    "payments",
    "changes",
    "ledger",
    "reports",
    "webhooks",
)
ROLES = {"service", "utils", "util", "common", "manager", "models", "misc", "helpers"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
PYTHON = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py")]


@pytest.mark.parametrize("word", WORDS)
def test_each_of_the_ten_words_has_its_package(word):
    assert (ROOT / "billing" / word / "__init__.py").exists()


@pytest.mark.parametrize("word", WORDS)
def test_each_of_the_ten_words_has_its_marts(word):
    assert any((ROOT / "dbt" / "models" / "marts" / word).glob("*.sql"))


def test_no_file_is_named_after_a_role():
    assert [p for p in PYTHON if p.stem in ROLES] == []


def test_no_python_lies_under_dbt():
    assert list((ROOT / "dbt").rglob("*.py")) == []


def test_no_page_folder_shadows_a_package():
    folders = {p.name for p in (ROOT / "streamlit_app").iterdir() if p.is_dir()}
    assert folders & {"billing", "api", "ingest"} == set()


def test_no_file_is_too_long():
    # A migration is a record of what was done, not code to be read again.
    lived = [p for p in PYTHON if "migrations" not in p.parts]
    long = {p: len(p.read_text().splitlines()) for p in lived}
    assert {p: n for p, n in long.items() if n > LONGEST_FILE} == {}


def test_no_function_is_too_long():
    long = [
        (path.name, node.name)
        for path in PYTHON
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_mart_says_what_a_row_is():
    silent = [
        sql
        for sql in (ROOT / "dbt" / "models" / "marts").rglob("*.sql")
        if not sql.with_suffix(".yml").exists()
        or "One row per" not in sql.with_suffix(".yml").read_text()
    ]
    assert silent == []


def test_no_money_is_a_float_in_the_warehouse():
    floats = [
        (yml.name, name)
        for yml in (ROOT / "dbt" / "models" / "marts").rglob("*.yml")
        for name, kind in re.findall(
            r"name: (\w+)\n(?:.*\n){0,3}?\s+data_type: (\w+)", yml.read_text()
        )
        if kind in {"double", "float", "real"}
        and re.search(r"(minor|amount|mrr|balance|total)", name)
    ]
    assert floats == []


def test_every_error_that_is_raised_is_one_of_three_kinds():
    def leaves(kind):
        below = kind.__subclasses__()
        return [kind] if not below else [leaf for k in below for leaf in leaves(k)]

    ours = [leaf for leaf in leaves(No) if leaf.__module__.startswith("billing")]
    assert {leaf.kind for leaf in ours} == {"not_found", "conflict", "invalid"}


def test_every_command_is_a_frozen_value():
    assert [kind for kind in HANDLERS if not kind.__dataclass_params__.frozen] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_carry_hashes_and_no_index_address(lock):
    text = (ROOT / lock).read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"https?://|--index-url|--find-links", text)
