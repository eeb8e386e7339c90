"""Text that would keep a parser busy for minutes, or make it give up, is refused at once and in words."""

from __future__ import annotations

import pytest

from tenuto.core.data import DataError, json_content, parse_json, parse_toml
from tenuto.core.durability.history_files import read_json
from tenuto.core.durability.record import HistoryError

DIGITS = "9" * 6000


@pytest.mark.parametrize(
    "text", ["a" + ".a" * 50_000 + "=1", "[a" + ".a" * 50_000 + "]", "x={a" + ".a" * 50_000 + "=1}"]
)
def test_a_key_of_many_parts_is_refused_before_it_is_parsed(text):
    with pytest.raises(DataError, match="a line with more than 200 dots"):
        parse_toml(text, name="x.toml")


def test_a_key_of_some_parts_is_read():
    assert parse_toml("a.b.c = 1", name="x.toml") == {"a": {"b": {"c": 1}}}


def test_a_number_of_too_many_digits_is_named():
    with pytest.raises(DataError, match="more digits than are read"):
        parse_json(f'{{"total": {DIGITS}}}', name="x.json")
    with pytest.raises(HistoryError, match="more digits than are read"):
        read_json(f'{{"events": [], "total": {DIGITS}}}')


def test_json_nested_too_deeply_is_named():
    with pytest.raises(ValueError, match="nested too deeply"):
        json_content("[" * 200_000)


def test_a_key_that_stands_twice_is_named_however_many_there_are():
    many = ", ".join(f'"k{n}": 1' for n in range(40_000))
    with pytest.raises(DataError, match="'k39999' twice"):
        parse_json(f'{{{many}, "k39999": 2}}', name="x.json")
    with pytest.raises(HistoryError, match=r"k39999.* stands twice"):
        read_json(f'{{"events": [{{{many}, "k39999": 2}}]}}')
