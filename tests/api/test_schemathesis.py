"""Schemathesis asks the API for what nobody would think of; bounded, fixed seeds."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from api.app import application
from tests.api.conftest import NOW

load_all_checks()

# Generated ids have the right shape and name nothing, so what is right in itself is
# refused: 404 and 409 are answers to it, not faults.
LEFT_OUT = {"positive_data_acceptance"}
ALL = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in LEFT_OUT]

# The document needs no books; the fixture hands them in before the first request.
APP = application(None, clock=lambda: NOW)
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)


@pytest.fixture(autouse=True)
def over_real_books(books):
    APP.state.books = books


@schema.parametrize()
@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_breaks_the_contract(case, key):
    case.call_and_validate(checks=ALL, headers={"Authorization": f"Bearer {key}"})
