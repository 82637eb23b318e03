"""Identity numbers of older books are replaced by what the books now keep of them."""

from collections.abc import Callable
from typing import Any

from billing.books.sealing import COLUMNS, Seal
from billing.identifiers import personnummer

READABLE = (
    "select customer_id, identity_scheme, identity_number from books.customers"
    " where identity_number is not null"
)
TEMPORARY = (
    "create temp table sealed (customer_id text primary key, identity_scheme text,"
    " identity_number text, identity_hash text, identity_sealed text,"
    " identity_shown text) on commit drop"
)
SEALED = (
    "update books.customers set identity_scheme = sealed.identity_scheme, "
    + ", ".join(f"{name} = sealed.{name}" for name in COLUMNS)
    + " from sealed where sealed.customer_id = customers.customer_id"
)


class NoSecret(RuntimeError):
    """Numbers are to be sealed, and nobody has said with which key."""


def seal(op: Any, secret: Callable[[], bytes] | None) -> None:  # noqa: ANN401 - alembic's
    """Seal the numbers of customers; where there are none, no key is needed."""
    connection = op.get_bind().connection.driver_connection
    readable = connection.execute(READABLE).fetchall()
    if not readable:
        return
    if secret is None:
        raise NoSecret(
            "the books hold readable identity numbers; open them through their home, "
            "which has the key to seal them with"
        )
    closer = Seal(secret())
    connection.execute(TEMPORARY)
    with connection.cursor().copy("copy sealed from stdin") as copy:
        for customer_id, scheme, number in readable:
            named = _scheme(scheme, number)
            kept = closer.row(named, number)
            copy.write_row([customer_id, named, *(kept[name] for name in COLUMNS)])
    connection.execute("alter table books.customers disable trigger append_only")
    connection.execute(SEALED)
    connection.execute("alter table books.customers enable trigger append_only")


def _scheme(scheme: str, number: str) -> str:
    """Return the scheme of today: older books called both kinds personnummer."""
    if scheme == "personnummer" and personnummer.is_coordination_number(number):
        return "samordningsnummer"
    return scheme
