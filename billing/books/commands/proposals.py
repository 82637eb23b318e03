"""Changes of the catalogue as proposals: looked at, applied once, taken back in time.

All ways end in `catalogue.apply_catalogue`, which alone changes the catalogue.
"""

from dataclasses import replace
from typing import Any

from billing.books import base, standing_catalogue
from billing.books.commands.catalogue import apply_catalogue
from billing.books.handle import SYSTEM, Given
from billing.catalogue.file import ApplyCatalogue, parse
from billing.catalogue.frames import Catalogue
from billing.catalogue.proposal import (
    ApproveCatalogue,
    NeedsApproval,
    ProposalChanged,
    ProposalDecided,
    ProposeCatalogue,
    RejectCatalogue,
    SameProposer,
    TakenEffect,
    UnknownProposal,
    WithdrawCatalogue,
    fingerprint,
)
from billing.catalogue.review import review
from billing.company import Company
from billing.decision import Decision

Row = dict[str, Any]
EARLIER = standing_catalogue.standing("other")
# What a command has put into the catalogue, and the words for why it stays.
IN_USE = {
    "the price of plan {id} that holds since {day}": (
        "select plan_id as id, valid_from as day from price_versions as mine"
        " where command_id = %(command)s and valid_from <= %(on)s and exists"
        " (select from price_versions as other where other.plan_id = mine.plan_id"
        f"  and other.xid < mine.xid and {EARLIER})"
    ),
    **{
        f"{word} {{id}}, which is other since {{day}}": (
            f"select {key} as id, effective_on as day from {table} as mine"
            " where command_id = %(command)s and effective_on <= %(on)s and exists"
            f" (select from {table} as other where other.{key} = mine.{key}"
            f"  and other.xid < mine.xid and {EARLIER})"
        )
        for word, table, key in (
            ("plan", "plans", "plan_id"),
            ("bundle", "plan_parts", "plan_id"),
            ("product", "products", "product_id"),
            ("price list", "price_lists", "price_list"),
        )
    },
    "plan {id}, taken by an agreement on {day}": (
        "select plan_id as id, min(effective_on) as day from subscription_changes"
        " where plan_id in (select plan_id from plans where command_id = %(command)s)"
        " and plan_id not in (select plan_id from plans where"
        " command_id <> %(command)s) group by plan_id"
    ),
    "price list {id}, which an agreement of {day} has": (
        "select price_list as id, min(started_on) as day from subscriptions"
        " where price_list in (select price_list from price_lists"
        "  where command_id = %(command)s)"
        " and price_list not in (select price_list from price_lists where"
        "  command_id <> %(command)s) group by price_list"
    ),
    "campaign {id}, taken by an agreement on {day}": (
        "select campaign_id as id, min(effective_on) as day from subscription_changes"
        " where campaign_id in (select campaign_id from campaigns"
        "  where command_id = %(command)s) group by campaign_id"
    ),
    "the price of plan {id}, which was billed from {day}": (
        "select line.plan_id as id, min(line.period_from) as day"
        " from invoice_lines as line inner join price_versions as mine"
        " on mine.plan_id = line.plan_id and mine.version = line.price_version"
        " where mine.command_id = %(command)s and line.xid > mine.xid"
        " and line.period_from >= mine.valid_from and mine.version > 1"
        " group by line.plan_id"
    ),
}  # fmt: skip


def apply_at_once(command: ApplyCatalogue, given: Given) -> Decision:
    """Apply a catalogue, where the house does not ask for another person's eyes."""
    if _is_manual(given) and given.actor != SYSTEM:
        raise NeedsApproval(
            "a change of the catalogue is approved by another person here; propose it:"
            " saldo catalogue apply FILE"
        )
    return apply_catalogue(command, given)


def propose_catalogue(command: ProposeCatalogue, given: Given) -> Decision:
    """Record what is proposed; apply it in the same command where the rule says so."""
    file = _read(command.content, given)
    known = standing_catalogue.known(given.books.read, command.effective_on)
    found = review(file, known)
    if found.changes.is_empty() and found.edited_prices.is_empty():
        return Decision(answer={"state": "nothing_changes", "changes": 0})
    applied = apply_catalogue(ApplyCatalogue(file, command.effective_on), given)
    proposal_id = _next_id(given)
    mark = fingerprint(command.content, known)
    proposal = {
        "proposal_id": proposal_id,
        "content": command.content,
        "effective_on": command.effective_on,
        "fingerprint": mark,
        "note": command.note,
        "proposed_on": given.moment.on,
    }
    answer = {
        "proposal_id": proposal_id,
        "fingerprint": mark,
        "changes": found.changes.height,
    }
    if _is_manual(given):
        return Decision(
            rows={"catalogue_proposals": [proposal]},
            answer={"state": "proposed", **answer},
        )
    steps = [
        _step(proposal_id, step, "by rule", given) for step in ("approved", "applied")
    ]
    return replace(
        applied,
        rows={
            "catalogue_proposals": [proposal],
            "catalogue_proposal_steps": steps,
            **applied.rows,
        },
        answer={"state": "applied", **answer, **applied.answer},
    )


def approve_catalogue(command: ApproveCatalogue, given: Given) -> Decision:
    """Apply what another person has proposed and this one has looked at."""
    proposal = _waiting(command.proposal_id, given)
    if proposal["actor"] == given.actor.name and given.actor != SYSTEM:
        raise SameProposer(
            "the one who proposed the change may not approve it; ask a colleague"
        )
    effective_on = max(proposal["effective_on"], given.moment.on)
    known = standing_catalogue.known(given.books.read, proposal["effective_on"])
    now = fingerprint(proposal["content"], known)
    if now != proposal["fingerprint"] or command.fingerprint != now:
        raise ProposalChanged(
            "the catalogue is no longer the one that the proposal was compared with; "
            "reject it, look at the difference again and propose it anew"
        )
    file = _read(proposal["content"], given)
    applied = apply_catalogue(ApplyCatalogue(file, effective_on), given)
    steps = [
        _step(command.proposal_id, step, command.note, given)
        for step in ("approved", "applied")
    ]
    return replace(
        applied,
        rows={"catalogue_proposal_steps": steps, **applied.rows},
        answer={
            "proposal_id": command.proposal_id, "state": "applied", **applied.answer
        },
    )  # fmt: skip


def reject_catalogue(command: RejectCatalogue, given: Given) -> Decision:
    """Turn a proposal down; its proposer may take it back the same way."""
    _waiting(command.proposal_id, given)
    step = _step(command.proposal_id, "rejected", command.note, given)
    return Decision(
        rows={"catalogue_proposal_steps": [step]},
        answer={"proposal_id": command.proposal_id, "state": "rejected"},
    )


def withdraw_catalogue(command: WithdrawCatalogue, given: Given) -> Decision:
    """Take back what a proposal has put into the catalogue, before it is in use."""
    state, proposal = _state(command.proposal_id, given)
    if state != "applied":
        remedy = "reject it" if state == "proposed" else "nothing is left to do"
        raise ProposalDecided(
            f"proposal {command.proposal_id} is {state}, and not applied; {remedy}"
        )
    applied = proposal["applied_command"]
    _refuse_in_use(command.proposal_id, applied, given)
    touched = given.rows(
        "select distinct subscription_id from subscription_changes where plan_id in"
        " (select plan_id from plans where command_id = %(command)s"
        "  union select plan_id from price_versions where command_id = %(command)s"
        "  union select plan_id from plan_parts where command_id = %(command)s)",
        {"command": applied},
    )
    row = {
        "applied_command": applied,
        "withdrawn_on": given.moment.on,
        "reason": command.reason,
    }
    return Decision(
        rows={"catalogue_withdrawals": [row]},
        answer={"proposal_id": command.proposal_id, "state": "withdrawn"},
        touched=tuple(row["subscription_id"] for row in touched),
    )


def _refuse_in_use(proposal_id: str, applied: object, given: Given) -> None:
    asked = {"command": applied, "on": given.moment.on}
    for words, query in IN_USE.items():
        found = given.rows(query + " limit 1", asked)
        if found:
            raise TakenEffect(
                f"proposal {proposal_id} has taken effect: {words.format(**found[0])};"
                " apply a file with a later price, or let the offer end"
            )


def _read(content: str, given: Given) -> Catalogue:
    sellers = _companies(given)
    if not sellers:
        return parse(content)
    return parse(content, currency=sellers[0].currency, country=sellers[0].country)


def _companies(given: Given) -> list[Company]:
    return base.companies(given.books.read, given.moment.on)


def _is_manual(given: Given) -> bool:
    return any(
        seller.policies.catalogue_approval == "manual" for seller in _companies(given)
    )


def _next_id(given: Given) -> str:
    """Name the proposal after its day and how many there were before on it."""
    day = given.moment.on.isoformat()
    before = given.rows(
        "select count(*) as n from catalogue_proposals where proposed_on = %s",
        (given.moment.on,),
    )
    return f"catalogue-{day}-{before[0]['n'] + 1}"


def _step(proposal_id: str, step: str, note: str, given: Given) -> Row:
    return {
        "proposal_id": proposal_id,
        "step": step,
        "on_date": given.moment.on,
        "note": note,
    }


def _waiting(proposal_id: str, given: Given) -> Row:
    state, proposal = _state(proposal_id, given)
    if state != "proposed":
        raise ProposalDecided(
            f"proposal {proposal_id} is {state} already; propose the file anew"
        )
    return proposal


def _state(proposal_id: str, given: Given) -> tuple[str, Row]:
    """Return how far a proposal has come, and the proposal; hold it until the end."""
    found = given.rows(
        "select proposal.*, step.step, step.command_id as applied_command,"
        " exists (select from catalogue_withdrawals as withdrawal"
        "  where withdrawal.applied_command = step.command_id) as is_withdrawn"
        " from catalogue_proposals as proposal"
        " left join catalogue_proposal_steps as step on"
        " step.proposal_id = proposal.proposal_id and step.step <> 'approved'"
        " where proposal.proposal_id = %s",
        (proposal_id,),
    )
    if not found:
        raise UnknownProposal(f"there is no proposal {proposal_id}")
    given.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (proposal_id,)
    )
    proposal = found[0]
    if proposal["is_withdrawn"]:
        return "withdrawn", proposal
    return proposal["step"] or "proposed", proposal
