"""A draw is a number that a seed, a topic and a key name: the same again, every time.

Columns are drawn at once, with integers only, so a world of any size is the same on
every machine (SplitMix64, Steele, Lea and Flood 2014).

>>> frame = pl.DataFrame({"key": [1, 2, 3]})
>>> frame.select(below(pl.col("key"), Topic(7, "lot"), 10)).to_series().to_list() == (
...     frame.select(below(pl.col("key"), Topic(7, "lot"), 10)).to_series().to_list())
True
>>> frame.select(pick(pl.col("key"), Topic(7, "sex"), ["a", "b"])).to_series().len()
3
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

GOLDEN = 0x9E3779B97F4A7C15
FIRST = 0xBF58476D1CE4E5B9
SECOND = 0x94D049BB133111EB
PERMILLE = 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """What is drawn for: draws of two topics have nothing to do with each other."""

    seed: int
    name: str

    @property
    def salt(self) -> int:
        """Return the number that the topic starts from."""
        digest = hashlib.sha256(f"{self.seed}/{self.name}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


def drawn(key: pl.Expr, topic: Topic) -> pl.Expr:
    """Return 64 drawn bits for each key (whole numbers)."""
    z = key.cast(pl.UInt64) * _word(GOLDEN) + _word(topic.salt)
    z = (z ^ (z // _word(1 << 30))) * _word(FIRST)
    z = (z ^ (z // _word(1 << 27))) * _word(SECOND)
    return z ^ (z // _word(1 << 31))


def below(key: pl.Expr, topic: Topic, bound: int | pl.Expr) -> pl.Expr:
    """Return a number from 0 to bound − 1 for each key."""
    limit = bound if isinstance(bound, pl.Expr) else pl.lit(bound)
    return (drawn(key, topic) % limit.cast(pl.UInt64)).cast(pl.Int64)


def permille(key: pl.Expr, topic: Topic) -> pl.Expr:
    """Return a number from 0 to 999 for each key."""
    return below(key, topic, PERMILLE)


def pick(key: pl.Expr, topic: Topic, values: Sequence[str]) -> pl.Expr:
    """Return one of the values for each key, all equally likely."""
    return chosen(below(key, topic, len(values)), values)


def chosen(index: pl.Expr, values: Sequence[str]) -> pl.Expr:
    """Return the value of each index."""
    names = dict(enumerate(values))
    return index.replace_strict(names, return_dtype=pl.String)


def weighted(key: pl.Expr, topic: Topic, weights: Mapping[str, int]) -> pl.Expr:
    """Return one of the names for each key, as likely as its weight says."""
    lot = below(key, topic, sum(weights.values()))
    result, bound = pl.lit(None, pl.String), sum(weights.values())
    # From the last to the first, so that the lowest bound wins.
    for name, weight in reversed(list(weights.items())):
        result = pl.when(lot < bound).then(pl.lit(name)).otherwise(result)
        bound -= weight
    return result


def _word(value: int) -> pl.Expr:
    return pl.lit(value, pl.UInt64)
