"""The vault holds every byte received or sent, named by its SHA-256, written once."""

import hashlib
import os
import tempfile
from pathlib import Path

from billing.books.home import Home
from billing.errors import NotFound


class NotInVault(NotFound):
    """The vault has no bytes of that name."""


def put(home: Home, data: bytes) -> str:
    """Keep bytes and return their name.

    Durable when it returns, the same twice is one.
    """
    name = hashlib.sha256(data).hexdigest()
    path = _path(home, name)
    if path.exists():
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, data)
    return name


def get(home: Home, name: str) -> bytes:
    """Return the bytes of a name, checked against it."""
    path = _path(home, name)
    if not path.exists():
        raise NotInVault(f"the vault has nothing named {name}")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != name:
        raise NotInVault(f"the bytes named {name} have been damaged; restore a backup")
    return data


def write_durably(path: Path, data: bytes) -> None:
    """Write a whole file or none: temporary name, fsync, rename, fsync again."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path(home: Home, name: str) -> Path:
    return home.vault / name[:2] / name
