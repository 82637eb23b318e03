"""A home is the one folder in which an installation keeps everything it has."""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

SECRET_BYTES = 32
SECRET_LETTERS_MIN = 32

FOLDERS = (
    "vault",
    "landing",
    "warehouse",
    "inbox",
    "outbox",
    "reports",
    "dagster",
    "quarantine",
)


class WeakSecret(RuntimeError):
    """The secret of the environment is too short to protect anything."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder named by ``SALDO_HOME`` (default ``var`` in the working folder)."""

    path: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the home that the environment names, with its folders made."""
        return cls(Path(os.environ.get("SALDO_HOME", "var")).resolve()).made()

    def made(self) -> "Home":
        """Make the folders that are missing."""
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in FOLDERS:
            (self.path / folder).mkdir(exist_ok=True)
        return self

    @property
    def books(self) -> Path:
        """Return the data folder of the embedded server."""
        return self.path / "books"

    @property
    def vault(self) -> Path:
        """Return where every byte received or sent is kept by its hash."""
        return self.path / "vault"

    @property
    def landing(self) -> Path:
        """Return where the columnar copy of the books lies."""
        return self.path / "landing"

    @property
    def warehouse(self) -> Path:
        """Return where the builds and the pointer to the published one lie."""
        return self.path / "warehouse"

    @property
    def inbox(self) -> Path:
        """Return where files are dropped to be read."""
        return self.path / "inbox"

    @property
    def outbox(self) -> Path:
        """Return where files for banks and customers are put."""
        return self.path / "outbox"

    @property
    def reports(self) -> Path:
        """Return where reports are put."""
        return self.path / "reports"

    @property
    def dagster(self) -> Path:
        """Return where the orchestrator keeps its own, disposable state."""
        return self.path / "dagster"

    @property
    def quarantine(self) -> Path:
        """Return where files and rows lie that could not be read."""
        return self.path / "quarantine"

    def namespace(self) -> UUID:
        """Return the installation's secret namespace of ids, made once (0600)."""
        path = self.path / "namespace"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(str(uuid4()))
        return UUID(path.read_text().strip())

    def secret_key(self) -> bytes:
        """Return the installation's secret (32 bytes), which seals personal numbers.

        It is that of ``SALDO_SECRET_KEY`` or of ``secrets/key`` (0600), made once. Who
        loses it can no longer open what is sealed: it belongs into a safe of its own.
        """
        given = os.environ.get("SALDO_SECRET_KEY")
        if given is not None:
            if len(given) < SECRET_LETTERS_MIN:
                raise WeakSecret(
                    f"SALDO_SECRET_KEY has {len(given)} signs; give at least "
                    f"{SECRET_LETTERS_MIN} random ones"
                )
            return hashlib.sha256(given.encode()).digest()
        path = self.path / "secrets" / "key"
        if not path.exists():
            _made_once(path, secrets.token_hex(SECRET_BYTES))
        return bytes.fromhex(path.read_text().strip())


def _made_once(path: Path, text: str) -> None:
    """Write a file that only its owner reads; of two at once the first one stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
