"""Serving opens the screens, the API and the orchestrator on this machine only."""

import os
import signal
import subprocess
import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

from api import console

HOST = "127.0.0.1"
GRACE_SECONDS = 15.0


class Service(StrEnum):
    """What can be served."""

    api = "api"
    app = "app"
    dagster = "dagster"
    all = "all"


WORDS = {
    "app": "Screens",
    "api": "API, with its reference at /docs",
    "dagster": "Dagster",
    "webhooks": "Webhooks",
}
PORTS = {"app": 8501, "api": 8000, "dagster": 3000}


def serve(
    service: Annotated[Service, typer.Argument()] = Service.all,
    port: Annotated[
        int | None, typer.Option(help="Another port, when one service is served.")
    ] = None,
) -> None:
    """Serve the screens, the API, Dagster, or all of them, until Ctrl+C."""
    from billing.books.home import Home

    home = Home.from_environment()
    chosen = ["app", "api", "dagster"] if service is Service.all else [service.value]
    ports = {
        name: port if port and len(chosen) == 1 else PORTS[name] for name in chosen
    }
    # The books are held open here, so that the services share one running server.
    opened = console.books()
    commands = {name: command(name, number) for name, number in ports.items()}
    if "api" in commands:
        commands["webhooks"] = [
            sys.executable, "-m", "api.cli", "webhook", "deliver", "--follow",
        ]  # fmt: skip
    _until_stopped(commands, console.environment(home), ports)
    del opened


def command(name: str, port: int) -> list[str]:
    """Return the command that serves one of them on loopback."""
    module = [sys.executable, "-m"]
    if name == "api":
        return [
            *module, "uvicorn", "api.app:create", "--factory", "--host", HOST,
            "--port", str(port), "--no-server-header", "--timeout-keep-alive", "5",
            "--limit-concurrency", "100", "--log-level", "warning",
        ]  # fmt: skip
    if name == "dagster":
        return [
            *module, "dagster", "dev", "-m", "dagster_project.definitions",
            "-h", HOST, "-p", str(port),
        ]  # fmt: skip
    return [
        *module, "streamlit", "run", _screens(), "--server.address", HOST,
        "--server.port", str(port), "--server.headless", "true",
        "--browser.gatherUsageStats", "false",
    ]  # fmt: skip


def _screens() -> str:
    """Return the file of the screens; found, not imported: a shell knows no other."""
    from importlib.util import find_spec

    found = find_spec("streamlit_app")
    if found is None or not found.submodule_search_locations:
        raise console.refuse("the screens are not installed; install Saldo whole")
    return os.path.join(found.submodule_search_locations[0], "app.py")  # noqa: PTH118 - handed to a command line


def _until_stopped(
    commands: dict[str, list[str]], environment: dict[str, str], ports: dict[str, int]
) -> None:
    """Run the services together: when one ends or the user stops, all end."""
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _interrupt)
    children = {
        name: subprocess.Popen(arguments, env=environment, start_new_session=True)  # noqa: S603 - our own commands
        for name, arguments in commands.items()
    }
    try:
        for name, port in ports.items():
            console.say(f"{WORDS[name]:<34} http://{HOST}:{port}")
        console.say("Stop with Ctrl+C.")
        sys.stdout.flush()
        ended = _first_to_end(children)
        console.complain(f"{WORDS[ended]} has ended; stopping the others")
        raise typer.Exit(console.REFUSED)
    except KeyboardInterrupt:
        console.say("stopping")
    finally:
        _end(list(children.values()))


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _first_to_end(children: "dict[str, subprocess.Popen[bytes]]") -> str:
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                return name
        time.sleep(0.5)


def _end(children: "list[subprocess.Popen[bytes]]") -> None:
    """Ask each service and its own children to end; after a grace, make them."""
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(child, signal.SIGKILL)


def _signal(child: "subprocess.Popen[bytes]", number: int) -> None:
    # Each child leads a session of its own, so its own children get the signal too.
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return
