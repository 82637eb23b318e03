"""The golden cases: what other billing systems' tests say must come out.

`passing.txt` names those that come out, by file and the hash of the title; the list may
grow and never shrink. Run this file as a program to write it anew.
"""

import hashlib
import sys
from pathlib import Path

import pytest

from ingest.scenarios import private_books
from ingest.scenarios.performance import perform_one
from ingest.scenarios.reading import read

GOLDEN = Path(__file__).resolve().parents[2] / "../shared/golden/scenarios"
PASSING = Path(__file__).with_name("passing.txt")
# These ask the warehouse, and dbt takes seconds for each.
WAREHOUSE = ("mrr", "revenue")
TOPICS = (
    "proration", "plan_change", "billing_alignment", "pause_cancel", "pricing_models",
    "coupons", "credit_notes", "dunning",
)  # fmt: skip


def named(topic, story):
    return f"{topic} {hashlib.sha256(story.scenario.encode()).hexdigest()[:12]}"


def listed(topic):
    return {
        line for line in PASSING.read_text().splitlines() if line.split()[0] == topic
    }


def come_out(shelf, topic):
    told = read(GOLDEN / f"{topic}.json")
    performed = [(story, perform_one(shelf, story)) for story in told.stories]
    faults = {named(topic, s): t.faults for s, t in performed if not t.passed}
    return {named(topic, s) for s, t in performed if t.passed}, faults


def assert_none_is_lost(shelf, topic):
    if not GOLDEN.exists():
        pytest.skip(f"the golden cases are not here: {GOLDEN}")
    passed, faults = come_out(shelf, topic)
    lost = listed(topic) - passed
    assert not lost, {name: faults.get(name, "is gone") for name in lost}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_golden_case_still_comes_out(shelf, topic):
    assert_none_is_lost(shelf, topic)


@pytest.mark.slow
@pytest.mark.parametrize("topic", WAREHOUSE)
def test_every_golden_figure_still_comes_out(shelf, topic):
    assert_none_is_lost(shelf, topic)


if __name__ == "__main__":
    with private_books.shelf() as own:
        found = [come_out(own, topic)[0] for topic in (*TOPICS, *WAREHOUSE)]
    names = [name for topic in found for name in sorted(topic)]
    PASSING.write_text("\n".join(names) + "\n")
    sys.stdout.write(f"{len(names)} scenarios come out\n")
