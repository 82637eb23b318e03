"""The code location loads whole, and its sensor asks for files that are whole."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORDS = {
    "customers", "subscriptions", "catalogue", "campaigns", "invoicing", "dunning",
    "payment_methods", "payments", "changes", "ledger", "reports", "webhooks",
}  # fmt: skip
STEPS = [
    "activated_quotes",
    "booked_vouchers",
    "delivered_papers",
    "issued_invoices",
    "issued_reminders",
    "landed_books",
    "ordered_collections",
    "published_build",
    "received_files",
    "settled_credits",
    "settled_quotes",
]


@pytest.fixture(scope="module")
def definitions(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALDO_HOME", str(tmp_path_factory.mktemp("home")))
        from dagster_project.definitions import defs

        yield defs


def of_python(definitions):
    """Return the assets of ours that are no dbt models."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): graph.get(key)
        for key in graph.get_all_asset_keys()
        if "dbt" not in graph.get(key).kinds or key.to_user_string() in STEPS
    }


def test_the_steps_of_the_day_are_all_there(definitions):
    names = {name for name in of_python(definitions) if "/" not in name}
    assert set(STEPS) <= names


def test_every_mart_is_an_asset_of_its_word(definitions):
    graph = definitions.resolve_asset_graph()
    keys = {key.path[-1]: key for key in graph.get_all_asset_keys()}
    for sql in (ROOT / "dbt" / "models" / "marts").rglob("*.sql"):
        assert graph.get(keys[sql.stem]).group_name == sql.parent.name


def test_every_step_says_whose_it_is_and_what_it_does(definitions):
    steps = of_python(definitions)
    for name in STEPS:
        asset = steps[name]
        assert asset.group_name in WORDS
        assert asset.owners
        assert asset.kinds
        assert asset.description


def test_the_identities_are_checks_that_block(definitions):
    names = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    assert "assert_books_balance" in names


def test_a_file_is_asked_for_when_it_has_stopped_growing(tmp_path, monkeypatch):
    monkeypatch.setenv("SALDO_HOME", str(tmp_path))
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "camt054.xml").write_bytes(b"<Document/>")
    from dagster_project.defs.sensors import inbox_sensor

    first = inbox_sensor(dg.build_sensor_context())
    assert not first.run_requests
    second = inbox_sensor(dg.build_sensor_context(cursor=first.cursor))
    assert len(second.run_requests) == 1
    (tmp_path / "inbox" / "camt054.xml").write_bytes(b"<Document>more")
    third = inbox_sensor(dg.build_sensor_context(cursor=second.cursor))
    assert not third.run_requests


def test_importing_the_core_imports_no_shell():
    code = (
        "import sys, billing.invoicing.run;"
        "print(sorted({'dagster', 'streamlit', 'fastapi'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
