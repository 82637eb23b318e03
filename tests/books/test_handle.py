"""One handler carries out every command: once, by those who may, with an audit row."""

from datetime import date
from threading import Barrier, Thread
from uuid import uuid4

import pytest

from billing.books.commands import HANDLERS
from billing.books.handle import (
    SYSTEM,
    Actor,
    CommandIdReused,
    Moment,
    NotAllowed,
    handle,
)
from billing.company import ApplyCompany
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.errors import Conflict, Invalid, NotFound
from billing.invoicing.command import ApproveRun, BillDay, CarryOutRun, PreviewRun

DAY = date(2024, 1, 15)


def test_the_same_command_id_is_one_effect_and_one_answer(newspaper):
    command = RegisterCustomers(customers_frame([{"kind": "person", "name": "Kim"}]))
    name = uuid4()
    first = newspaper.give(command, on=DAY, command_id=name)
    again = newspaper.give(command, on=DAY, command_id=name)
    assert first == again
    assert newspaper.ask("select count(*) as n from customers")["n"][0] == 3


def test_a_command_id_with_other_content_is_a_conflict(newspaper):
    name = uuid4()
    kim, robin = (
        RegisterCustomers(customers_frame([{"kind": "person", "name": n}]))
        for n in ("Kim", "Robin")
    )
    newspaper.give(kim, on=DAY, command_id=name)
    with pytest.raises(CommandIdReused):
        newspaper.give(robin, on=DAY, command_id=name)


def test_a_preview_leaves_nothing_behind(newspaper):
    newspaper.subscribe()
    before = newspaper.ask("select count(*) as n from commands")["n"][0]
    answer = newspaper.give(BillDay("NB"), on=DAY, preview=True)
    assert answer["invoices"] == 1
    assert newspaper.ask("select count(*) as n from invoices")["n"][0] == 0
    assert newspaper.ask("select count(*) as n from commands")["n"][0] == before


def test_every_command_leaves_exactly_one_audit_row(newspaper):
    newspaper.subscribe()
    before = newspaper.ask("select count(*) as n from commands")["n"][0]
    newspaper.give(BillDay("NB"), on=DAY)
    rows = newspaper.ask("select kind, actor, role from commands order by seq")
    assert rows.height == before + 1
    assert rows.row(-1) == ("BillDay", "saldo", "system")


@pytest.mark.parametrize("kind", sorted(HANDLERS, key=lambda kind: kind.__name__))
def test_a_viewer_may_give_no_command(kind):
    assert "viewer" not in HANDLERS[kind].roles


def test_a_role_that_may_not_is_told_so_in_words(newspaper):
    with pytest.raises(NotAllowed, match="kim has the role viewer"):
        newspaper.give(BillDay("NB"), on=DAY, actor=Actor("kim", "viewer"))


def test_every_kind_of_no_is_one_of_three():
    kinds = {error.kind for error in (NotFound, Conflict, Invalid)}
    assert kinds == {"not_found", "conflict", "invalid"}


def test_what_was_previewed_needs_another_person_and_is_what_is_issued(newspaper):
    newspaper.give(ApplyCompany(newspaper.company(approval="manual"), DAY), on=DAY)
    newspaper.subscribe()
    anna, bo = Actor("anna", "billing"), Actor("bo", "controller")
    seen = newspaper.give(PreviewRun("NB"), on=DAY, actor=anna)
    run = seen["run_id"], seen["fingerprint"]
    with pytest.raises(Conflict, match="may not approve"):
        newspaper.give(ApproveRun(*run), on=DAY, actor=anna)
    with pytest.raises(Conflict, match="not been approved"):
        newspaper.give(CarryOutRun(*run), on=DAY, actor=anna)
    newspaper.give(ApproveRun(*run), on=DAY, actor=bo)
    done = newspaper.give(CarryOutRun(*run), on=DAY, actor=anna)
    assert done["state"] == "carried_out"
    assert done["fingerprint"] == seen["fingerprint"]


def test_a_run_refuses_when_the_difference_has_changed_since_the_preview(newspaper):
    newspaper.give(ApplyCompany(newspaper.company(approval="manual"), DAY), on=DAY)
    newspaper.subscribe()
    anna, bo = Actor("anna", "billing"), Actor("bo", "controller")
    seen = newspaper.give(PreviewRun("NB"), on=DAY, actor=anna)
    newspaper.give(ApproveRun(seen["run_id"], seen["fingerprint"]), on=DAY, actor=bo)
    newspaper.subscribe(subscription_id="S2", customer_id="C2")
    with pytest.raises(Conflict, match="preview the run again"):
        newspaper.give(
            CarryOutRun(seen["run_id"], seen["fingerprint"]), on=DAY, actor=anna
        )


def test_ten_runs_at_once_issue_what_one_run_does(newspaper):
    customers = [
        {"customer_id": f"P{n}", "kind": "person", "name": f"Kund {n}"}
        for n in range(20)
    ]
    newspaper.give(RegisterCustomers(customers_frame(customers)), on=DAY)
    for n in range(20):
        newspaper.subscribe(subscription_id=f"T{n}", customer_id=f"P{n}")
    barrier, refused = Barrier(10), []

    def run():
        barrier.wait()
        try:
            handle(
                newspaper.books, BillDay("NB"), actor=SYSTEM, moment=Moment.morning(DAY)
            )
        except Conflict as conflict:
            refused.append(conflict)

    threads = [Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    issued = newspaper.ask("select number, payer_id from invoices order by number")
    assert issued["payer_id"].n_unique() == issued.height == 20
    assert issued["number"].to_list() == list(range(100001, 100021))
    assert all("another run" in str(conflict) for conflict in refused)


def test_frames_in_a_command_are_described_by_their_size_and_hash(newspaper):
    newspaper.give(
        RegisterCustomers(customers_frame([{"kind": "person", "name": "Kim"}])), on=DAY
    )
    payload = newspaper.ask(
        "select payload::text as text from commands order by seq desc limit 1"
    )["text"][0]
    assert '"rows": 1' in payload
    assert "Kim" not in payload
