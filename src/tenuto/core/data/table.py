"""One table of a data file: values by key and type. It remembers what was asked of it, and names what nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from tenuto.core.units import Quantity, UnitError

__all__ = ["DataError", "Table", "not_among"]

E = TypeVar("E", bound=Enum)
Q = TypeVar("Q", bound=Quantity)
T = TypeVar("T")

MOST_NAMED = 12
MOST_COMPLAINTS = 5


class DataError(ValueError):
    """A data file that can't be used; the message names the file, the place, the value and the fix."""


class _Required:
    """No default: the key must be there."""


REQUIRED: Final = _Required()


def not_among(name: str, known: Iterable[str]) -> str:
    """The sentence about a name that is none of `known`: the nearest one, or all of them when none is near."""
    from difflib import get_close_matches

    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    if near:
        return f"'{name[:60]}' is not known here. The nearest that is known is '{near[0]}'. Correct it if that is meant."
    shown = ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
    return f"'{name[:60]}' is not known here. Known: {shown or 'nothing'}. Use one that is known."


class Table:
    """The entries of one table and where it stands. Made by the readers of `core.data`, which check what is left over.

    Every method names the key it reads. A value of another type is refused with a sentence, never converted: `"6"` is no
    number and `true` is not 1. An absent key is an error unless `default` says what it then means.
    """

    __slots__ = ("_asked", "_inner", "raw", "where")

    def __init__(self, raw: Any, where: str) -> None:
        """`where` is what an error calls the table. Raises DataError when `raw` is something else than a table."""
        if not isinstance(raw, Mapping):
            raise DataError(f"{where} is {_short(raw)}. Write it as a table of keys with values.")
        self.raw: Mapping[str, Any] = raw
        """The content as parsed, for a digest. Reading a value here does not count as reading it."""
        self.where = where
        self._asked: dict[str, None] = {}
        self._inner: dict[str, Table | tuple[Table, ...]] = {}

    @property
    def stem(self) -> str:
        """The name of the file without folder and ending."""
        return self.where.partition(" ")[0].rpartition("/")[2].partition(".")[0]

    def has(self, key: str) -> bool:
        """True when the key is there; it is then known here, whether it is or not."""
        self._asked[key] = None
        return key in self.raw

    def one_of(self, *keys: str) -> str:
        """Which of these keys is there: exactly one must be."""
        found = [key for key in keys if self.has(key)]
        if len(found) != 1:
            near = "".join(self._instead(key) for key in keys if not found)
            wanted = f"{', '.join(keys[:-1])} or {keys[-1]}"
            raise DataError(f"{self.where}: give exactly one of {wanted}.{near.replace(' Add it.', '')}")
        return found[0]

    def text(self, key: str, default: str | _Required = REQUIRED) -> str:
        """Words that are not empty."""
        value: str = self._get(key, str, "text in quotes", default)
        if key in self.raw and not value.strip():
            raise DataError(
                f"{self.where}: '{key}' is empty. Fill it in, or leave it out if it may be absent."
            )
        return value

    def any_text(self, key: str, default: str | _Required = REQUIRED) -> str:
        """Words that may be empty."""
        value: str = self._get(key, str, "text in quotes", default)
        return value

    def whole(self, key: str, default: int | _Required = REQUIRED) -> int:
        """A whole number."""
        value: int = self._get(key, int, "a whole number", default)
        return value

    def number(self, key: str, default: Decimal | int | _Required = REQUIRED) -> Decimal:
        """A finite number, exact."""
        return self._finite(key, Decimal(self._get(key, (int, Decimal), "a number", default)))

    def exact(self, key: str) -> Decimal:
        """A finite number, bare or in quotes, as people write the limits of a clinic."""
        value = self._get(key, (int, Decimal, str), "a number", REQUIRED)
        try:
            return self._finite(key, Decimal(value))
        except ArithmeticError:
            raise self._wrong(key, value, "a number") from None

    def real(self, key: str, default: float | _Required = REQUIRED) -> float:
        """A finite number as a binary float, for models that are computed in binary."""
        return float(self._get(key, (int, Decimal, float), "a number", default))

    def flag(self, key: str, default: bool | _Required = False) -> bool:
        """True or false; false when absent."""
        value: bool = self._get(key, bool, "true or false", default)
        return value

    def day(self, key: str) -> date:
        """A date, as a TOML date or in quotes."""
        value = self._get(key, (date, str), "a date such as 2026-03-02", REQUIRED)
        return self._date(key, value)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates, empty when absent."""
        return tuple(self._date(key, value) for value in self._list(key, (date, str), "dates", ()))

    def moment(self, key: str) -> datetime:
        """An instant; without a zone it is UTC."""
        value = self._get(key, (datetime, str), "a date with a time", REQUIRED)
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise self._wrong(key, value, "a date with a time such as 2026-03-02T09:00:00Z") from None
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

    def choice(self, key: str, kind: type[E], default: E | _Required = REQUIRED) -> E:
        """One of the words of an enumeration, by its value; by its name where values are numbers."""
        if key not in self.raw and isinstance(default, Enum):
            self._asked[key] = None
            return default
        words = {str(m.value) if isinstance(m.value, str) else m.name: m for m in kind}
        word = self.any_text(key)
        if word not in words:
            raise DataError(f"{self.where}, {key}: {not_among(word, words)}")
        return words[word]

    def words(self, key: str, default: Iterable[str] | _Required = REQUIRED) -> tuple[str, ...]:
        """A list of texts, which may be empty."""
        return tuple(self._list(key, str, "texts in quotes", default))

    def numbers(
        self, key: str, default: Iterable[Decimal | int] | _Required = REQUIRED
    ) -> tuple[Decimal, ...]:
        """A list of exact numbers."""
        values = self._list(key, (int, Decimal), "numbers", default)
        return tuple(self._finite(key, Decimal(value)) for value in values)

    def reals(self, key: str, default: Iterable[float] | _Required = REQUIRED) -> tuple[float, ...]:
        """A list of numbers as binary floats."""
        return tuple(float(value) for value in self._list(key, (int, Decimal, float), "numbers", default))

    def rows(
        self, key: str, default: Iterable[tuple[Any, ...]] | _Required = REQUIRED
    ) -> tuple[tuple[Any, ...], ...]:
        """A list of lists, whose cells the caller checks."""
        return tuple(tuple(row) for row in self._list(key, (list, tuple), "lists in [ ]", default))

    def cells(self, key: str) -> tuple[Any, ...]:
        """A list of texts and numbers, which the caller checks."""
        return tuple(self._list(key, (str, int, Decimal), "texts or numbers", REQUIRED))

    def quantity(self, key: str, kind: type[Q]) -> Q:
        """A number in the unit of `kind`, which is part of the key's name."""
        try:
            return kind(self.number(key))
        except UnitError as error:
            raise DataError(f"{self.where}, {key}: {error}") from error

    def table(self, key: str) -> Table:
        """The table under this key."""
        return self._table(key, REQUIRED)

    def optional(self, key: str) -> Table:
        """The table under this key; an empty one when it is absent."""
        return self._table(key, {})

    def _table(self, key: str, default: Mapping[str, Any] | _Required) -> Table:
        found = self._inner.get(key)
        if not isinstance(found, Table):
            found = Table(self._get(key, Mapping, "a table", default), self._place(key))
            self._inner[key] = found
        return found

    def tables(self, key: str) -> tuple[Table, ...]:
        """The tables of a list, `[[key]]`; none when absent."""
        found = self._inner.get(key)
        if not isinstance(found, tuple):
            raws = self._list(key, Mapping, "tables", ())
            found = tuple(Table(raw, self._numbered(key, n, raw)) for n, raw in enumerate(raws, 1))
            self._inner[key] = found
        return found

    def named(self) -> Mapping[str, Table]:
        """The tables in this one, each under a name of its own choice: no name is refused, only what stands in them."""
        return {name: self.table(name) for name in self.raw}

    def names(self) -> tuple[str, ...]:
        """The keys of this table where they are names; read each by its type."""
        return tuple(self.raw)

    def texts(self, key: str) -> Mapping[str, str]:
        """A table of texts under names; empty when absent."""
        inner = self.optional(key)
        return {name: inner.text(name) for name in inner.raw}

    def lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """A table of lists of texts under names; empty when absent."""
        inner = self.optional(key)
        return {name: inner.words(name) for name in inner.raw}

    def finish(self) -> None:
        """DataError when keys were left unread so far; the reader calls it before what else rests on this table."""
        complaints = list(self.complaints())
        if complaints:
            more = len(complaints) - MOST_COMPLAINTS
            rest = f" And {more} more." if more > 0 else ""
            raise DataError(" ".join(complaints[:MOST_COMPLAINTS]) + rest)

    def complaints(self) -> Iterator[str]:
        """A sentence for each key in this table and those inside it that nobody asked for."""
        for key in self.raw:
            if key not in self._asked:
                yield f"{self.where}: {not_among(key, self._unused())}"
        for inner in self._inner.values():
            for table in (inner,) if isinstance(inner, Table) else inner:
                yield from table.complaints()

    def _unused(self) -> list[str]:
        """The keys that are known here, those that are absent first: a misspelt key is one of them."""
        return sorted(self._asked, key=lambda known: known in self.raw)

    def _get(self, key: str, kind: type[T] | tuple[type, ...], wanted: str, default: Any) -> Any:
        self._asked[key] = None
        if key not in self.raw:
            if isinstance(default, _Required):
                raise DataError(f"{self.where} has no '{key}'.{self._instead(key)}")
            return default
        value = self.raw[key]
        if not _is(value, kind):
            raise self._wrong(key, value, wanted)
        return value

    def _instead(self, key: str) -> str:
        """What may have been meant by the absent `key`."""
        from difflib import get_close_matches

        near = get_close_matches(key, [k for k in self.raw if k not in self._asked], n=1, cutoff=0.7)
        return f" It has '{near[0]}', which is not known here: correct it." if near else " Add it."

    def _list(self, key: str, kind: type | tuple[type, ...], wanted: str, default: Any) -> Iterable[Any]:
        values: Iterable[Any] = self._get(key, (list, tuple), f"a list of {wanted}", default)
        for value in values if key in self.raw else ():
            if not _is(value, kind):
                raise DataError(f"{self.where}: '{key}' holds {_short(value)}. Give {wanted} only.")
        return values

    def _finite(self, key: str, value: Decimal) -> Decimal:
        if not value.is_finite():
            raise self._wrong(key, value, "a finite number")
        return value

    def _date(self, key: str, value: Any) -> date:
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise self._wrong(key, value, "a date such as 2026-03-02") from None
        if isinstance(found, datetime):
            raise self._wrong(key, value, "a date without a time")
        return found

    def _wrong(self, key: str, value: object, wanted: str) -> DataError:
        return DataError(f"{self.where}: '{key}' is {_short(value)}. Give {wanted}.")

    def _place(self, key: str) -> str:
        """`file [a]`, and below that `file [a.b]`."""
        if self.where.endswith("]"):
            return f"{self.where[:-1]}.{key}]"
        return f"{self.where} [{key}]"

    def _numbered(self, key: str, number: int, raw: Mapping[str, Any]) -> str:
        called = raw.get("id")
        return f"{self._place(key)[:-1]} {called if isinstance(called, str) else number}]"


def _is(value: object, kind: Any) -> bool:
    """True when the value is of the kind; true and false are no numbers."""
    if isinstance(value, bool) and kind is not bool:
        return False
    return isinstance(value, kind)


def _short(value: object) -> str:
    shown = f"'{value}'" if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
