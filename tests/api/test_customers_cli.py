"""Customers on the command line, run as its users run it."""

import json

import pytest

from api import cli
from billing.customers.registration import RegisterCustomers, customers_frame
from tests.api.conftest import give, started

PEOPLE = [
    {"customer_id": "K1", "kind": "person", "name": "Ulla Ek", "email": "u@ek.se"},
    {"customer_id": "K2", "kind": "person", "name": "Ulla Eek", "email": "u@ek.se"},
]


@pytest.fixture
def saldo(tmp_path, monkeypatch, capsys):
    """Run a command in this process; return its exit code, words and complaints."""
    books = started(tmp_path)
    give(books, RegisterCustomers(customers_frame(PEOPLE)))
    monkeypatch.setenv("SALDO_HOME", str(tmp_path))

    def run(*arguments):
        try:
            cli.main([*arguments])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_customers_are_found_merged_split_given_out_and_forgotten(saldo):
    code, said, _ = saldo("customers", "search", "ulla", "--json")
    assert code == 0
    assert {row["id"] for row in json.loads(said)} == {"K1", "K2"}
    _, said, _ = saldo("customers", "duplicates", "--json")
    assert [row["reason"] for row in json.loads(said)] == ["email"]
    code, said, _ = saldo("customers", "merge", "K1", "K2", "--reason", "en", "--json")
    merge_id = json.loads(said)["merge_id"]
    _, said, _ = saldo("customers", "show", "K2", "--json")
    assert json.loads(said)["merged_into"] == "K1"
    code, _, complaint = saldo("customers", "merge", "K1", "K2", "--reason", "en")
    assert (code, "merged into K1 already" in complaint) == (1, True)
    assert saldo("customers", "split", merge_id, "--reason", "två")[0] == 0
    _, said, _ = saldo("customers", "history", "K2", "--json")
    assert "split" in [row["what"] for row in json.loads(said)]
    _, said, _ = saldo("customers", "export", "K1")
    assert "u@ek.se" in said
    assert saldo("customers", "erase", "K1", "--reason", "begäran")[0] == 0
    _, said, _ = saldo("customers", "show", "K1", "--json")
    assert json.loads(said)["name"] == "Raderad"


def test_what_is_not_there_is_said_in_words(saldo):
    assert saldo("customers", "show", "nobody")[::2] == (
        1,
        "there is no customer nobody\n",
    )
    assert saldo("customers", "search", "qqqqqq")[1] == "nobody is called that\n"
    assert saldo("customers", "erase", "--reason", "x")[0] == 1
    assert saldo("customers", "erase", "--due", "--reason", "x")[0] == 0
