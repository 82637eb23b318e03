"""A refusal speaks the reader's language first, and the core's words after it."""

import re
from pathlib import Path

from billing import errors
from billing.books.commands.invoicing import SamePerson
from billing.customers.registration import WrongCustomer
from billing.errors import Conflict
from streamlit_app.widgets import refusal, wording

BILLING = Path(errors.__file__).parent
CLASS = re.compile(r"^class (\w+)\((?:NotFound|Conflict|Invalid)\)", re.MULTILINE)
LEAST = 40


class NobodyWroteThis(Conflict):
    """An error that has no sentence of its own."""


def test_a_swede_reads_a_swedish_sentence_before_the_details():
    said = refusal.words(SamePerson("ask a colleague"))
    assert said.startswith("**Du kan inte godkänna")
    assert said.endswith("ask a colleague")


def test_an_error_without_a_sentence_says_that_of_its_kind():
    assert refusal.sentence(NobodyWroteThis("x")) == "Det går inte just nu."


def test_the_field_to_blame_is_named_in_the_readers_language():
    assert "(Namn)" in refusal.words(WrongCustomer("x", field="name")).replace("\\", "")


def test_every_sentence_is_of_an_error_that_exists_and_most_errors_have_one():
    sources = [path.read_text("utf-8") for path in BILLING.rglob("*.py")]
    classes = {name for text in sources for name in CLASS.findall(text)}
    kinds = {"NotFound", "Conflict", "Invalid"}
    ours = {"ChangedSinceShown", "NotANumber"}
    named = {
        key.partition(".")[2]
        for key in wording.texts("sv")
        if key.startswith("refusal.") and key != "refusal.role"
    }
    assert named - classes - kinds - ours == set()
    assert len(named) >= LEAST
