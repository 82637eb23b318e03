"""The sample bank files, where the checkout has the shared data beside it."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "../shared/data/payments"


@pytest.fixture
def sample():
    def load(name):
        path = DATA / name
        if not path.exists():
            pytest.skip(f"{name} is absent: ../shared/data is not beside the checkout")
        return path.read_bytes()

    return load


@pytest.fixture
def every_sample():
    def load(*patterns):
        found = sorted(path for pattern in patterns for path in DATA.glob(pattern))
        if not found:
            pytest.skip("no samples: ../shared/data is not beside the checkout")
        return {path.name: path.read_bytes() for path in found}

    return load
