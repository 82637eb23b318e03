"""The three kinds of no, and nothing else.

What is asked for is not there, clashes, or is wrong.

>>> raise Invalid("the price 12,5O is not a number; write 12.50", field="price")
Traceback (most recent call last):
    ...
billing.errors.Invalid: the price 12,5O is not a number; write 12.50
"""

from typing import ClassVar


class No(Exception):
    """A refusal in words that a user may read; shells map its kind to their own signs.

    `code` is the stable snake-case name of the concrete error, `field` points at the
    input that is to blame, when one is.
    """

    kind: ClassVar[str]
    code: ClassVar[str]

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __init_subclass__(cls) -> None:
        """Give each concrete error its stable code: UnknownPlan → unknown_plan."""
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)
        cls.code = words.lstrip("_")


class NotFound(No):
    """What is asked for does not exist (HTTP 404)."""

    kind = "not_found"


class Conflict(No):
    """What is asked for clashes with what is already so (HTTP 409)."""

    kind = "conflict"


class Invalid(No):
    """What is asked for is wrong in itself (HTTP 400)."""

    kind = "invalid"
