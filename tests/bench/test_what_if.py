"""A what-if over 1,000,000 agreements takes 15 s; `saldo bench what-if` measures it.

Here a small base shows that its parts are measured, and that the work grows with how
many kinds of agreements there are, not with how many agreements.
"""

from api.commands import bench_what_if


def test_each_part_of_a_what_if_is_measured(empty_books):
    """B2: load, reduce, before, after, compare."""
    bench_what_if.base(empty_books, 8000)
    rows = {row["work"]: row for row in bench_what_if.measured(empty_books, 8000)}
    assert rows["load"]["rows"] == 8000
    assert rows["what-if in all"]["seconds"] >= rows["compare"]["seconds"]
    assert rows["reduce to those that differ"]["rows"] <= 8000
    assert rows["bill 12 months after"]["rows"] <= rows["bill 12 months before"]["rows"]
    assert rows["compare"]["rows"] > 0
