"""Serving opens the screens, the API and the orchestrator on this machine only."""

import os
import signal
import socket
import subprocess
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import console

if TYPE_CHECKING:
    from billing.books.home import Home

HOST = "127.0.0.1"
GRACE_SECONDS = 15.0
LOG_SHOWN = 15


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
    _until_stopped(commands, home, ports)
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
    commands: dict[str, list[str]], home: "Home", ports: dict[str, int]
) -> None:
    """Run the services together: when one ends or the user stops, all end."""
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _interrupt)
    logs = {name: home.path / "logs" / f"{name}.log" for name in commands}
    children = {
        name: _started(arguments, home, logs[name])
        for name, arguments in commands.items()
    }
    try:
        console.say("starting; stop with Ctrl+C")
        ended = _first_to_end(children, dict(ports))
        console.complain("\n".join(_end_of(logs[ended])))
        console.complain(f"{WORDS[ended]} has ended; its log is {logs[ended]}")
        raise typer.Exit(console.REFUSED)
    except KeyboardInterrupt:
        console.say("stopping")
    finally:
        _end(list(children.values()))


def _started(
    arguments: list[str], home: "Home", log: Path
) -> "subprocess.Popen[bytes]":
    """Start a service that leads a session of its own and writes into its log."""
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as written:
        return subprocess.Popen(  # noqa: S603 - our own commands
            arguments,
            env={**console.environment(home), **seats(home)},
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def seats(home: "Home") -> dict[str, str]:
    """Return what lets several people sit at the screens of a demo home.

    Nobody approves what they prepared themselves, so a demo with one seat would end
    half way. Whoever names a person or the seats gets those.
    """
    said = os.environ.keys() & {"SALDO_ROLES", "SALDO_USER", "SALDO_ROLE"}
    is_demo = (home.path / "demo.json").exists()
    return {"SALDO_ROLES": "demo"} if is_demo and not said else {}


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _first_to_end(
    children: "dict[str, subprocess.Popen[bytes]]", silent: dict[str, int]
) -> str:
    """Wait for a service to end; say the address of each as soon as it answers."""
    while True:
        for name, port in list(silent.items()):
            if _answers(port):
                console.say(f"{WORDS[name]:<34} http://{HOST}:{port}")
                sys.stdout.flush()
                del silent[name]
        for name, child in children.items():
            if child.poll() is not None:
                return name
        time.sleep(0.5)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def _end_of(log: Path) -> list[str]:
    return log.read_text("utf-8", "replace").splitlines()[-LOG_SHOWN:]


def _end(children: "list[subprocess.Popen[bytes]]") -> None:
    """Interrupt each service as Ctrl+C would; after a grace, end it for good."""
    for child in children:
        _signal(child, signal.SIGINT)
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
