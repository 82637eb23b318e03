"""A reader of SIE 4 written from the standard; it shares no code with the writer."""

import re
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pytest

FIELD = re.compile(
    r"""[ \t]*(?:"((?:\\"|[^"])*)"(?=[ \t}]|$)|(\{)|(\})|([^ \t"{}]+))"""
)
AMOUNT = re.compile(r"-?\d+(?:\.\d{1,2})?")


class BadSieError(ValueError):
    pass


@pytest.fixture
def read():
    return SieReader


@pytest.fixture
def bad_sie():
    return BadSieError


class SieReader:
    """The records of a file: what SIE readers of other houses would see."""

    def __init__(self, content: bytes):
        self.records = defaultdict(list)
        self.vouchers = []
        self._block = None
        for row in content.decode("cp437").replace("\r\n", "\n").split("\n"):
            if row.strip(" \t"):
                self._row(row.strip(" \t"))
        if self._block is not None:
            raise BadSieError("the file ends inside a voucher")
        if ["0"] not in self.records["#FLAGGA"]:
            raise BadSieError("no #FLAGGA 0")
        if self.records["#KSUMMA"] and len(self.records["#KSUMMA"]) != 2:
            raise BadSieError("an opening #KSUMMA without a closing one")

    def _row(self, row):
        if row == "{":
            self._block = self.vouchers[-1]["lines"]
        elif row == "}":
            if sum(line["amount"] for line in self._block) != 0:
                raise BadSieError(f"unbalanced voucher {self.vouchers[-1]}")
            self._block = None
        else:
            label, fields = _fields(row)
            self._record(label.upper(), fields)

    def _record(self, label, fields):
        if label == "#VER":
            names = ("series", "number", "date", "text", "registered")
            padded = [*fields, "", "", ""][:5]
            self.vouchers.append(dict(zip(names, padded, strict=True)) | {"lines": []})
            self.vouchers[-1]["date"] = _date(fields[2])
        elif label == "#TRANS":
            if self._block is None:
                raise BadSieError("#TRANS outside a voucher")
            account, objects, amount, *rest = fields
            self._block.append(
                {
                    "account": account,
                    "objects": dict(zip(objects[::2], objects[1::2], strict=True)),
                    "amount": _amount(amount),
                    "text": rest[1] if len(rest) > 1 else "",
                }
            )
        else:
            self.records[label].append(fields)

    def amounts(self, label, year="0"):
        return {
            fields[1]: _amount(fields[2])
            for fields in self.records[label]
            if fields[0] == year
        }

    def turnover(self):
        sums = defaultdict(Decimal)
        for voucher in self.vouchers:
            for line in voucher["lines"]:
                sums[line["account"]] += line["amount"]
        return dict(sums)

    def types(self):
        return dict(self.records["#KTYP"])


def _fields(row):
    label, _, rest = row.partition(" ") if " " in row else row.partition("\t")
    if "\t" in label:
        label, _, rest = row.partition("\t")
    fields, target, position = [], None, 0
    while position < len(rest.rstrip(" \t")):
        found = FIELD.match(rest, position)
        if not found:
            raise BadSieError(f"cannot read {row!r}")
        position = found.end()
        quoted, opened, closed, plain = found.groups()
        if opened:
            target = []
        elif closed:
            fields.append(target)
            target = None
        else:
            value = plain if quoted is None else quoted.replace('\\"', '"')
            (fields if target is None else target).append(value)
    if target is not None:
        raise BadSieError(f"an object list is not closed in {row!r}")
    return label, fields


def _amount(text):
    if not AMOUNT.fullmatch(text):
        raise BadSieError(f"{text!r} is not an amount")
    return Decimal(text)


def _date(text):
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
