"""The published test numbers, where the checkout has the shared data beside it."""

import json
from pathlib import Path

import pytest

IDS = Path(__file__).resolve().parents[2] / "../shared/data/payments/samples/ids"


@pytest.fixture
def published():
    def load(name):
        path = IDS / name
        if not path.exists():
            pytest.skip(f"{name} is absent: ../shared/data is not beside the checkout")
        return json.loads(path.read_text(encoding="utf-8"))

    return load
