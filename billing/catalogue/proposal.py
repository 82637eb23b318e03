"""A change of the catalogue is proposed, looked at by another person, and applied.

The fingerprint is that of the file and of the catalogue it was compared with: when
either is another, what was looked at is no longer what would be applied.
"""

import hashlib
from dataclasses import dataclass, fields
from datetime import date

import polars as pl

from billing.catalogue.frames import Catalogue
from billing.errors import Conflict, NotFound


class UnknownProposal(NotFound):
    """There is no such proposal."""


class ProposalChanged(Conflict):
    """The catalogue, or the file, is no longer what was looked at."""


class ProposalDecided(Conflict):
    """The proposal has been applied, rejected or taken back already."""


class SameProposer(Conflict):
    """The one who proposed may not decide."""


class NeedsApproval(Conflict):
    """The catalogue is changed by proposal in this house."""


class TakenEffect(Conflict):
    """What a change has put into the catalogue is in use and stays."""


@dataclass(frozen=True, slots=True)
class ProposeCatalogue:
    """Command: propose a catalogue file; where approval is by rule it is applied."""

    content: str
    effective_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class ApproveCatalogue:
    """Command: another person than the proposer approves, and the file is applied."""

    proposal_id: str
    fingerprint: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RejectCatalogue:
    """Command: a proposal is turned down."""

    proposal_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawCatalogue:
    """Command: what was applied is taken back before it has taken effect."""

    proposal_id: str
    reason: str


def fingerprint(content: str, known: Catalogue) -> str:
    """Return the hash of a file and of the catalogue it is compared with."""
    digest = hashlib.sha256(content.encode())
    for part in fields(known):
        frame = getattr(known, part.name)
        text = frame.select(sorted(frame.columns)).cast(pl.String)
        rows = text.sort(text.columns, nulls_last=True).write_csv()
        digest.update(f"{part.name}\n{rows}".encode())
    return digest.hexdigest()
