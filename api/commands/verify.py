"""Verifying checks every promise on the books, the vault and the warehouse."""

from api import console


def verify(as_json: console.Json = False) -> None:
    """Check every promise; exit code 1 when one does not hold."""
    import polars as pl

    from billing.books.verify import verify as verified

    found = verified(console.books())
    if as_json:
        console.show(found, as_json=True)
    else:
        marks = pl.when("passed").then(pl.lit("holds")).otherwise(pl.lit("FAILS"))
        console.show(found.with_columns(passed=marks), as_json=False)
    failed = found.filter(~pl.col("passed")).height
    if failed:
        raise console.refuse(f"{failed} of {found.height} checks fail")
