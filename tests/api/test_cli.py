"""The command line, run as its users run it: words, JSON, exit codes."""

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from api import cli
from api.commands import company, serve
from billing.books.session import open_books
from billing.errors import Invalid
from tests.api.conftest import CATALOGUE, started

COMPANY = """
legal_entity: NB
name: Norrbladet
organisation_number: "556036-0793"
vat_number: SE556036079301
bankgiro: 5050-1055
country: SE
currency: SEK
policies: {terms_days: 20}
"""
CUSTOMERS = """customer_id,kind,name,identity_number
K1,person,Åsa Öberg,
K2,person,Bo Ek,191212121213
"""
BGMAX = """\
01BGMAX               0120260413153000000000P
050054029681          SEK
200002973675                  1234574000000000000049900211234567890120
15000000000000000000050000000012345672026041300042000000000000049900SEK00000001
7000000001000000000000000000000001
"""
AGREEMENTS = """customer_id,plan_id,start_on
K1,daily,2026-03-01
K1,hourly,2026-03-01
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def books(home):
    return started(home)


@pytest.fixture
def saldo(home, books, monkeypatch, capsys):
    """Run a command in this process; return its exit code, words and complaints."""
    monkeypatch.setenv("SALDO_HOME", str(home))

    def run(*arguments):
        code = 0
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def file(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_help_is_quick_and_imports_no_frames():
    started_at = time.perf_counter()
    asked = [sys.executable, "-X", "importtime", "-m", "api.cli", "--help"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert "Commands" in answer.stdout
    assert "polars" not in answer.stderr
    assert "fastapi" not in answer.stderr
    assert time.perf_counter() - started_at < 10  # a hang, not a bench


def test_a_company_is_set_up_from_its_file(saldo, home, tmp_path):
    code, said, _ = saldo("init", "--from", file(tmp_path, "own.yaml", COMPANY))
    assert code == 0
    assert "Norrbladet" in said
    kept = (home / "company.yaml").read_text("utf-8")
    assert "terms_days: 20" in kept


def test_a_wrong_number_in_the_profile_is_refused_in_words(saldo, tmp_path):
    wrong = COMPANY.replace("556036-0793", "556036-0794")
    code, _, said = saldo("init", "--from", file(tmp_path, "own.yaml", wrong))
    assert code == 1
    assert "organisation number" in said
    assert "Traceback" not in said


def test_a_company_is_asked_for_until_the_answers_hold(home, books, tmp_path):
    answers = [
        "Norrbladet", "N B", "NB", "556036-0794", "556036-0793", "", "5050-1055",
        "", "", "Storgatan 1", "852 30", "Sundsvall", "SE", "hej@example.com", "SEK",
    ]  # fmt: skip
    command = [sys.executable, "-m", "api.cli", "--home", str(home), "init"]
    asked = subprocess.run(
        command, input="\n".join(answers) + "\n", capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert "letters and digits" in asked.stderr
    assert "is not an organisation number" in asked.stderr
    assert "vat_number: SE556036079301" in (home / "company.yaml").read_text("utf-8")


def test_a_missing_answer_is_refused():
    with pytest.raises(Invalid, match="name is missing"):
        company.checked("name", " ")


def test_a_home_of_the_demo_takes_no_company_of_ones_own(saldo, home, tmp_path):
    marker = file(home, "demo.json", "{}")
    code, _, said = saldo("init", "--from", file(tmp_path, "own.yaml", COMPANY))
    marker.unlink()
    assert code == 1
    assert "demo" in said


def test_the_catalogue_is_compared_and_applied(saldo, tmp_path):
    dearer = CATALOGUE.replace(
        "plans:", 'plans:\n  - {id: new, product: paper, price: {amount: "10.00"}}'
    )
    path = file(tmp_path, "catalogue.yaml", dearer)
    code, said, _ = saldo("catalogue", "diff", path, "--json")
    assert code == 0
    assert {row["id"] for row in json.loads(said)} == {"new"}
    assert saldo("catalogue", "apply", path)[0] == 0
    assert "nothing changes" in saldo("catalogue", "diff", path)[1]


def test_a_catalogue_that_names_a_missing_product_is_refused(saldo, tmp_path):
    broken = CATALOGUE.replace("product: paper", "product: papper")
    code, _, said = saldo("catalogue", "apply", file(tmp_path, "c.yaml", broken))
    assert code == 1
    assert "papper" in said


def test_an_import_reports_every_row_refused(saldo, tmp_path):
    people = file(tmp_path, "customers.csv", CUSTOMERS)
    code, said, complaint = saldo("import", "customers", people)
    assert code == 1
    assert "1 registered" in said
    assert "1 rows were refused" in complaint
    code, said, _ = saldo("import", "customers", people)
    assert code == 0
    assert "taken before" in said
    wishes = file(tmp_path, "agreements.csv", AGREEMENTS)
    on = ("--on", "2026-03-01")
    code, said, _ = saldo("import", "agreements", wishes, *on, "--json")
    assert code == 1
    told = json.loads(said)
    assert told["answers"]["agreements"]["subscribed"] == 1
    assert [row["field"] for row in told["refused"]] == ["plan_id"]


def test_billing_is_previewed_then_run_then_nothing_is_left(saldo):
    on = ("--on", "2026-03-01")
    preview = json.loads(saldo("bill", "preview", *on, "--json")[1])
    assert preview["invoices"] == 1
    run = json.loads(saldo("bill", "run", *on, "--json")[1])
    assert run["state"] == "carried_out"
    assert run["total_minor"] == preview["total_minor"] == 29900
    again = json.loads(saldo("bill", "run", *on, "--json")[1])
    assert again["state"] == "nothing_due"
    assert saldo("dun", "preview", *on)[0] == 0
    assert saldo("collect", "preview", *on)[0] == 0


def test_an_invoice_is_traced_to_its_facts(saldo, books):
    invoice = books.read("select invoice_id from invoices")["invoice_id"][0]
    code, said, _ = saldo("trace", invoice, "--json")
    assert code == 0
    told = json.loads(said)
    assert told["lines"][0]["plan_id"] == "daily"
    assert told["facts of the agreements"][0]["kind"] == "start"
    assert told["prices"][0]["version"] == 1
    code, _, complaint = saldo("trace", "nothing")
    assert code == 1
    assert "nothing is called" in complaint


def test_an_unknown_file_in_the_inbox_is_refused_and_kept(saldo, home, tmp_path):
    code, _, complaint = saldo("ingest", file(tmp_path, "x.bin", "what is this"))
    assert code == 1
    assert "refused" in complaint
    assert any("x.bin" in path.name for path in (home / "quarantine").iterdir())


def test_a_format_is_read_as_json(saldo, tmp_path):
    code, said, _ = saldo("format", "read", file(tmp_path, "b.txt", BGMAX))
    assert code == 0
    assert json.loads(said)["payments"][0]["amount"] == "499.00"


def test_every_promise_is_verified(saldo):
    code, said, complaint = saldo("verify", "--json")
    assert code == 0, complaint
    assert all(row["passed"] for row in json.loads(said))


def test_a_key_is_issued_and_revoked(saldo):
    told = json.loads(saldo("key", "issue", "webshop", "--json")[1])
    assert told["key"].startswith("saldo_live_")
    assert saldo("key", "revoke", told["key_id"])[0] == 0
    assert saldo("key", "revoke", "nothing")[0] == 1


def test_a_webhook_inside_the_house_is_refused_unless_allowed(saldo):
    code, _, said = saldo("webhook", "add", "http://localhost:1/x")
    assert code == 1
    assert "https" in said
    added = saldo(
        "webhook", "add", "http://localhost:1/x", "--allow-loopback", "--json"
    )
    endpoint = json.loads(added[1])["endpoint_id"]
    assert endpoint in saldo("webhook", "list")[1]
    assert saldo("webhook", "disable", endpoint)[0] == 0
    assert "pending" in saldo("webhook", "deliver")[1]


def test_reports_are_listed_before_anything_is_published(saldo):
    code, said, complaint = saldo("report", "list")
    assert code == 0
    assert "sie" in said
    assert "saldo day" in complaint
    assert saldo("report", "sie", "--period", "soon")[0] == 1


def test_misuse_is_exit_code_two(saldo):
    assert saldo("bill", "walk")[0] == 2
    assert saldo("bill", "run", "--on", "yesterday")[0] == 2
    assert saldo("day", "--on", "2026-03-02", "--through", "2026-03-01")[0] == 2


def test_what_is_served_listens_on_loopback_only():
    for name, port in serve.PORTS.items():
        assert serve.HOST == "127.0.0.1"
        assert serve.HOST in serve.command(name, port)


def test_the_books_that_the_commands_filled_are_one(home, books):
    assert open_books(books.home).namespace == books.namespace
    assert Path(home) == books.home.path
    assert date(2026, 3, 1) < date.max
