"""The screens served to a real browser: Debian's chromium over a small home."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "streamlit_app" / "app.py"
CHROMIUM = Path("/usr/bin/chromium")
HINT = "skipped: needs Debian's chromium; install it with apt-get install -y chromium"
SECONDS = 90
VIEW = {"width": 1440, "height": 1000}


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        print(HINT)
        pytest.skip(HINT)
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def filled_home():
    """Return the small home that the screens' own tests make."""
    sys.path.insert(0, str(ROOT / "tests" / "screens"))
    import small_home

    return small_home.home()


@pytest.fixture(scope="module")
def address(browser, filled_home):
    """Serve the screens as `saldo serve app` does, and return where."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "SALDO_HOME": str(filled_home),
        "SALDO_ROLES": "demo",
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP),
        "--server.port", str(port), "--server.address", "127.0.0.1",
    ]  # fmt: skip
    served = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        yield answering(f"http://127.0.0.1:{port}")
    finally:
        served.terminate()
        served.wait(20)


def answering(address: str) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 - loopback
                return address
        except (URLError, OSError):
            time.sleep(0.3)
    pytest.fail("the screens did not answer")


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport=VIEW, locale="en-US", base_url=address)
    opened = context.new_page()
    opened.set_default_timeout(SECONDS * 1000)
    yield opened
    context.close()


@pytest.fixture
def visit(page):
    """Open an address and wait until the page is drawn."""

    def open_page(path: str) -> None:
        page.goto(path)
        page.wait_for_selector("h1")
        settled(page)

    return open_page


def settled(page) -> None:
    """Wait until no script runs any more."""
    page.wait_for_timeout(400)
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached")
    page.wait_for_timeout(400)
