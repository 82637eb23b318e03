"""Temporary addresses: recorded, and withdrawn again."""

from billing.books.handle import Given
from billing.customers import address
from billing.customers.address import (
    SetTemporaryAddress,
    UnknownAddress,
    WithdrawAddress,
)
from billing.customers.registration import UnknownCustomer
from billing.decision import Decision

PARTS = (
    "customer_id", "purpose", "valid_from", "valid_to", "address_line", "postal_code",
    "city", "country",
)  # fmt: skip


def set_temporary(command: SetTemporaryAddress, given: Given) -> Decision:
    """Record where a customer is between two dates; the same twice is once."""
    address.refuse_wrong(command)
    known = given.rows(
        "select customer_id from customers where customer_id = %s",
        (command.customer_id,),
    )
    if not known:
        raise UnknownCustomer(f"there is no customer {command.customer_id}")
    said = {name: getattr(command, name) for name in PARTS}
    columns = ", ".join(PARTS)
    same = given.rows(
        f"select address_id from temporary_addresses where ({columns})"
        f" = ({', '.join(['%s'] * len(PARTS))}) and not exists (select from"
        " address_withdrawals as gone"
        "  where gone.address_id = temporary_addresses.address_id)"
        " and not exists (select from temporary_addresses as later"
        "  where later.customer_id = temporary_addresses.customer_id"
        "  and later.seq > temporary_addresses.seq)",
        tuple(said.values()),
    )
    if same:
        return Decision(answer={"address_id": same[0]["address_id"], "set": False})
    address_id = given.books.new_id("address", given.command_id)
    return Decision(
        rows={"temporary_addresses": [{"address_id": address_id, **said}]},
        answer={"address_id": address_id, "set": True},
    )


def withdraw(command: WithdrawAddress, given: Given) -> Decision:
    """Record that a temporary address does not hold; twice is once."""
    found = given.rows(
        "select customer_id, exists (select from address_withdrawals as gone"
        "  where gone.address_id = temporary_addresses.address_id) as gone"
        " from temporary_addresses where address_id = %s",
        (command.address_id,),
    )
    if not found:
        raise UnknownAddress(
            f"there is no temporary address {command.address_id}; see the customer's "
            "addresses"
        )
    row = {"address_id": command.address_id, "withdrawn_on": given.moment.on}
    return Decision(
        rows={} if found[0]["gone"] else {"address_withdrawals": [row]},
        answer={"address_id": command.address_id},
    )
