"""Reading by key and type: another type is refused, never converted, and what nobody read is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.data import DataError, Table, build, not_among, parse_csv, parse_json, parse_toml, read_toml
from tenuto.core.units import MgPerKg


class Track(StrEnum):
    PAIN = "pain"


class Level(IntEnum):
    REVIEW = 1


READ = {
    "text": lambda t: t.text("k"),
    "any_text": lambda t: t.any_text("k"),
    "whole": lambda t: t.whole("k"),
    "number": lambda t: t.number("k"),
    "exact": lambda t: t.exact("k"),
    "real": lambda t: t.real("k"),
    "flag": lambda t: t.flag("k"),
    "day": lambda t: t.day("k"),
    "moment": lambda t: t.moment("k"),
    "words": lambda t: t.words("k"),
    "numbers": lambda t: t.numbers("k"),
    "table": lambda t: t.table("k").names(),
    "tables": lambda t: len(t.tables("k")),
    "track": lambda t: t.choice("k", Track),
    "level": lambda t: t.choice("k", Level),
    "quantity": lambda t: t.quantity("k", MgPerKg),
}


@pytest.mark.parametrize(
    ("reader", "toml", "value"),
    [
        ("text", '"a"', "a"),
        ("any_text", '""', ""),
        ("whole", "3", 3),
        ("number", "0.1", Decimal("0.1")),
        ("number", "3", Decimal(3)),
        ("exact", '"0.1"', Decimal("0.1")),
        ("real", "0.5", 0.5),
        ("flag", "true", True),
        ("day", "2026-03-02", date(2026, 3, 2)),
        ("day", '"2026-03-02"', date(2026, 3, 2)),
        ("moment", "2026-03-02T09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("words", '["a", "b"]', ("a", "b")),
        ("numbers", "[1, 0.5]", (Decimal(1), Decimal("0.5"))),
        ("tables", "[{}, {}]", 2),
        ("track", '"pain"', Track.PAIN),
        ("level", '"REVIEW"', Level.REVIEW),
        ("quantity", "0.5", MgPerKg("0.5")),
    ],
)
def test_a_value_of_the_right_type_is_read_exactly(reader, toml, value):
    assert read_toml(f"k = {toml}", READ[reader], name="x.toml") == value


@pytest.mark.parametrize(
    ("reader", "toml"),
    [
        ("text", "3"), ("text", '" "'), ("any_text", "[]"), ("whole", '"3"'), ("whole", "3.0"), ("whole", "true"),
        ("number", '"3"'), ("number", "nan"), ("number", "false"), ("exact", '"three"'), ("exact", '"NaN"'),
        ("real", '"1"'), ("flag", "1"), ("flag", '"true"'), ("day", '"Monday"'), ("day", "2026-03-02T09:00:00"),
        ("moment", "2026-03-02"), ("moment", '"soon"'), ("words", '"a"'), ("words", "[1]"), ("numbers", '["1"]'),
        ("numbers", "[true]"), ("table", "[]"), ("table", '"a"'), ("tables", "{}"), ("tables", "[1]"),
        ("track", '"pian"'), ("level", '"1"'), ("quantity", "-0.5"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_file_and_key(reader, toml):
    with pytest.raises(DataError, match=r"x\.toml.*k"):
        read_toml(f"k = {toml}", READ[reader], name="x.toml")


@pytest.mark.parametrize("reader", [name for name in READ if name not in ("flag", "tables")])
def test_an_absent_key_is_an_error(reader):
    with pytest.raises(DataError, match=r"^x\.toml has no 'k'\. Add it\."):
        read_toml("", READ[reader], name="x.toml")


def session(file: Table) -> tuple[Decimal | None, int]:
    part = file.table("session")
    most = part.number("rate_max_mg_per_h") if part.has("rate_max_mg_per_h") else None
    return most, part.whole("minutes")


def test_a_misspelt_optional_key_is_refused_with_the_nearest_one():
    with pytest.raises(DataError) as found:
        read_toml("session.minutes = 40\nsession.rate_max_mg_per_hr = 25", session, name="crps.toml")
    assert str(found.value) == (
        "crps.toml [session]: 'rate_max_mg_per_hr' is not known here. The nearest that is known is 'rate_max_mg_per_h'. Correct it if that is meant."
    )


def test_a_misspelt_required_key_is_named_where_it_is_missed():
    with pytest.raises(DataError, match=r"has no 'minutes'\. It has 'minuts', which is not known here"):
        read_toml("session.minuts = 40", session, name="crps.toml")


def test_a_table_that_nobody_opens_is_refused_with_all_that_is_known():
    with pytest.raises(DataError, match=r"'weather' is not known here\. Known: session\."):
        read_toml("session.minutes = 40\n[weather]\nrain = 1", session, name="crps.toml")


def test_every_key_left_over_is_named_and_a_flood_is_counted():
    text = "session.minutes = 40\n" + "".join(f"extra{n} = 1\n" for n in range(9))
    with pytest.raises(DataError, match=r"extra0.*extra4.*And 4 more\."):
        read_toml(text, session, name="crps.toml")


def test_a_table_in_a_list_is_called_by_its_id_or_its_number():
    text = '[[rule]]\nid = "first"\n[[rule]]\nid = "second"\nagde = 1\n[[rule]]\n'

    def reader(file):
        return [(rule.text("id"), rule.whole("aged", 0)) for rule in file.tables("rule")]

    with pytest.raises(DataError, match=r"\[rule 3\] has no 'id'"):
        read_toml(text, reader, name="x.toml")
    with pytest.raises(DataError, match=r"\[rule second\]: 'agde' is not known here. The nearest .* 'aged'"):
        read_toml(text.removesuffix("[[rule]]\n"), reader, name="x.toml")


@given(st.text(min_size=1), st.lists(st.text(min_size=1), max_size=30))
def test_the_nearest_is_one_that_is_known(name, known):
    said = not_among(name, known)
    assert said.startswith("'")
    assert "nearest" not in said or any(f"'{one}'." in said for one in known)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.dictionaries(st.text(), st.integers())))
def test_only_what_was_read_is_accepted(raw):
    """A reader that asks for every key but one is refused for exactly that one."""
    keys = list(raw)
    for left in keys:
        with pytest.raises(DataError) as found:
            build(raw, lambda t, left=left: [t.names(), [t.has(k) for k in keys if k != left]], name="f")
        assert f"'{left[:60]}' is not known here" in str(found.value)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_toml, "a = ", "not a TOML file"),
        (parse_toml, "a = 1\na = 2", "not a TOML file"),
        (parse_json, "{", "not a JSON file"),
        (parse_json, "[]", "one JSON object"),
        (parse_json, '{"a": 1, "a": 2}', "has 'a' twice"),
        (parse_json, '{"a": {"b": 1, "b": 1}}', "has 'b' twice"),
        (parse_json, '{"a": NaN}', "NaN, which is not a number"),
        (parse_csv, "", "needs a first line"),
        (parse_csv, "a,a\n1,2", "each once"),
        (parse_csv, "a,b\n1", "line 2 has 1 cells, the first line 2"),
        (parse_csv, 'a,b\n"1', "not CSV"),
    ],
)
def test_text_that_says_something_twice_or_nothing_is_refused(parse, text, message):
    with pytest.raises(DataError, match=message):
        parse(text, name="x")


def test_numbers_of_json_are_exact_and_empty_cells_of_csv_are_absent():
    assert parse_json('{"a": 0.1}', name="x") == {"a": Decimal("0.1")}
    assert parse_csv("a,b\n1,\n\n", name="x") == {"rows": [{"a": "1"}]}
