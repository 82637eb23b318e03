"""The catalogue over the API, and on the command line: B2, B10, 2.10."""

import json

import pytest
import yaml

from api import cli
from billing.catalogue.file import parse
from tests.api.conftest import CATALOGUE, started

DEARER = CATALOGUE.replace(
    'id: weekend, product: paper, price: {amount: "149.00"}',
    "id: weekend, product: paper, prices: [{from: 1900-01-01, applies_to: new,"
    ' price: {amount: "149.00"}}, {from: 2026-05-01, price: {amount: "169.00"}}]',
)


def subscribed(post, plan="weekend"):
    customer = post("/v1/customers", {"kind": "person", "name": "Åsa"}).json()
    taken = {
        "customer_id": customer["customer_id"],
        "plan_id": plan,
        "start_on": "2026-03-02",
    }
    return post("/v1/subscriptions", taken).json()["subscription_id"]


def test_the_catalogue_is_read_as_a_file(client):
    told = client.get("/v1/catalogue").json()
    assert {plan["id"] for plan in told["plans"]} >= {"daily", "weekend"}
    as_yaml = client.get("/v1/catalogue?form=yaml")
    assert as_yaml.headers["content-type"].startswith("application/yaml")
    assert parse(as_yaml.text).plans.height == len(told["plans"])


def test_a_change_is_looked_at_proposed_and_taken_back(client, post):
    number = subscribed(post)
    body = {"content": DEARER}
    changes = client.post("/v1/catalogue/diff", json=body)
    assert changes.status_code == 200, changes.text
    (price,) = [c for c in changes.json() if c["object"] == "price"]
    assert price["agreements"] >= 1
    tried = post("/v1/catalogue/proposals?preview=true", body)
    assert tried.status_code == 200, tried.text
    applied = post("/v1/catalogue/proposals", body | {"note": "paper costs more"})
    assert applied.status_code == 201, applied.text
    assert applied.json()["state"] == "applied"
    proposal = applied.json()["proposal_id"]
    read = client.get(f"/v1/catalogue/proposals/{proposal}").json()
    assert (read["state"], read["note"]) == ("applied", "paper costs more")
    again = post(f"/v1/catalogue/proposals/{proposal}/approval", {
        "fingerprint": read["fingerprint"]})  # fmt: skip
    assert again.status_code == 409
    assert again.json()["code"] == "proposal_decided"
    gone = post(f"/v1/catalogue/proposals/{proposal}/withdrawal", {"reason": "no"})
    assert gone.json()["state"] == "withdrawn", gone.text
    states = [p["state"] for p in client.get("/v1/catalogue/proposals").json()]
    assert states[0] == "withdrawn"
    assert number


def test_a_what_if_is_asked_and_answered(client, post):
    number = subscribed(post)
    rise = {"plans": [{"id": "weekend", "prices": [
        {"from": "2026-04-01", "price": {"amount": "199.00"}}]}]}  # fmt: skip
    answer = client.post("/v1/what-if", json={"catalogue": rise, "replay": 1})
    assert answer.status_code == 200, answer.text
    forecast = answer.json()["forecast"]
    (mine,) = [p for p in forecast["payers"] if p["subscription_id"] == number]
    assert (mine["before_minor"], mine["after_minor"]) == (14900, 19900)
    assert mine["reason"] == "price"
    assert len({m["key"] for m in forecast["by_month"]}) == 12
    assert answer.json()["replay"]["counts"]["pay_more"] == 0


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ({"monhts": 1}, 422),
        ({"catalogue": {"plans": [{"id": ["x"]}]}}, 400),
        ({"catalogue": "/etc/passwd"}, 404),
        ({"company": "XX"}, 404),
    ],
)
def test_a_what_if_that_cannot_be_is_a_problem(client, scenario, status):
    answer = client.post("/v1/what-if", json=scenario)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("catalogue")
    started(path)
    return path


@pytest.fixture
def saldo(home, monkeypatch, capsys):
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


def test_a_change_goes_from_show_to_withdraw_on_the_command_line(saldo, tmp_path):
    on = ("--on", "2026-03-02")
    code, shown, _ = saldo("catalogue", "show", *on)
    assert code == 0
    file = yaml.safe_load(shown)
    weekend = next(p for p in file["plans"] if p["id"] == "weekend")
    weekend["prices"].append({"from": "2026-06-01", "price": {"amount": "159.00"}})
    path = tmp_path / "dearer.yaml"
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    code, out, _ = saldo("catalogue", "diff", path, *on, "--json")
    assert (code, [c["id"] for c in json.loads(out)]) == (0, ["weekend"])
    code, out, err = saldo("catalogue", "test", path, *on)
    assert (code, "nothing is wrong" in out) == (0, True), err
    code, out, _ = saldo("catalogue", "apply", path, *on, "--json")
    proposal = json.loads(out)["proposal_id"]
    code, out, _ = saldo("catalogue", "list")
    assert proposal in out
    code, _, err = saldo("catalogue", "approve", proposal, *on)
    assert (code, "applied already" in err) == (1, True)
    code, _, _ = saldo("catalogue", "withdraw", proposal, "--reason", "no", *on)
    assert code == 0
    code, out, _ = saldo("catalogue", "show", *on)
    assert out == shown


def test_a_file_that_does_not_pass_is_said_so(saldo, tmp_path):
    path = tmp_path / "edited.yaml"
    path.write_text(CATALOGUE.replace("149.00", "159.00"), encoding="utf-8")
    code, out, err = saldo("catalogue", "test", path, "--on", "2026-03-02")
    assert (code, "published prices stay" in out, "does not pass" in err) == (
        1, True, True,
    )  # fmt: skip


def test_a_what_if_of_a_file_prints_months_and_writes_frames(saldo, tmp_path):
    (tmp_path / "dearer.yaml").write_text(DEARER, encoding="utf-8")
    path = tmp_path / "what_if.yaml"
    path.write_text(
        "{name: dearer, catalogue: dearer.yaml, months: 3, replay: 1}", encoding="utf-8"
    )
    on = ("--on", "2026-03-02")
    code, out, err = saldo("what-if", path, *on, "--csv", tmp_path / "frames")
    assert code == 0, err
    assert "billed net" in out
    assert (tmp_path / "frames" / "replay_by_month.csv").exists()
    code, out, _ = saldo("what-if", path, *on, "--json")
    assert json.loads(out)["name"] == "dearer"
    path.write_text("{catalogue: nowhere.yaml}", encoding="utf-8")
    code, _, err = saldo("what-if", path, *on)
    assert (code, "nowhere.yaml" in err) == (1, True)
