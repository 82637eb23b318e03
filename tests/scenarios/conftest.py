import pytest


@pytest.fixture(scope="session")
def shelf(server):
    """Return the server that the tests of this process share."""
    return server
