"""Spoilt Bundles: whatever is dropped, replaced or mistyped, `tenuto plan` ends in 0, 2, 3 or 4 and never improves."""

from __future__ import annotations

import copy
import io
import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenuto.cli import main

pytestmark = pytest.mark.thorough

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OPTIONS = ["--policy", str(EXAMPLES / "policy-example.toml"), "--vial", "50mg/mL", "--total-volume", "100mL",
           "--as-of", "2026-03-02"]  # fmt: skip
NAMES = ("pass", "review", "block")
MANY = 5_000
Path_ = tuple[str | int, ...]

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.sampled_from(
        ["\x1b[2J", "\u202e", "\ud800", "2026-13-45", "0001-01-01", "9999-12-31", "Patient/other", "kg", "[lb_av]",
         "entered-in-error", "x" * 5000]
    ),
    st.sampled_from([[], {}, [[]], [{}], [None], {"": None}, {"coding": 3}, {"resourceType": "Patient"}]),
)  # fmt: skip


@cache
def example(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every path below a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from places(below, (*path, key))


@cache
def all_places(name: str) -> tuple[Path_, ...]:
    return tuple(places(example(name)))


def spoil(bundle: Any, path: Path_, how: str, junk: Any) -> Any:
    """A copy with one place dropped, replaced or doubled; unchanged when an earlier change removed the place."""
    spoilt = copy.deepcopy(bundle)
    holder = spoilt
    try:
        for key in path[:-1]:
            holder = holder[key]
        if how == "drop":
            del holder[path[-1]]
        elif how == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[path[-1]]))
        else:
            holder[path[-1]] = junk
    except (KeyError, IndexError, TypeError):
        return spoilt
    return spoilt


def run(bundle: Any, *options: str) -> tuple[int, str]:
    """Exit code and standard output of a plan for this Bundle, in this process."""
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.StringIO(), io.StringIO()
    sys.stdin = SimpleNamespace(buffer=io.BytesIO(json.dumps(bundle).encode()))
    sys.stdout, sys.stderr = out, err
    try:
        code = main(["plan", "-", *OPTIONS, *options])
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
    assert "Traceback" not in err.getvalue()
    assert (code == 2) == (out.getvalue() == ""), "a plan or an error, never both"
    return code, out.getvalue()


changes = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from(["drop", "replace", "double"]), JUNK),
    min_size=1,
    max_size=3,
)


def check(name: str, picked: list[tuple[int, str, Any]]) -> None:
    bundle = example(name)
    for number, how, junk in picked:
        paths = all_places(name)
        bundle = spoil(bundle, paths[number % len(paths)], how, junk)
    code, out = run(bundle)
    assert code in (0, 2, 3, 4)
    assert all(line.isprintable() for line in out.splitlines())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(NAMES), picked=changes)
def test_a_spoilt_bundle_never_crashes(name: str, picked: list[tuple[int, str, Any]]) -> None:
    check(name, picked)


@pytest.mark.soak
def test_many_spoilt_bundles_never_crash(record_property: Callable[[str, object], None]) -> None:
    @settings(max_examples=MANY, suppress_health_check=list(HealthCheck))
    @given(name=st.sampled_from(NAMES), picked=changes)
    def spoil_and_check(name: str, picked: list[tuple[int, str, Any]]) -> None:
        check(name, picked)

    spoil_and_check()
    record_property("bundles", MANY)


def check_drop(name: str, path: Path_) -> None:
    code, out = run(spoil(example(name), path, "drop", None), "--json")
    assert code != 0, f"{name}.json without {path} passes"
    if code != 2:
        assert json.loads(out)["gate"] != "PASS"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(NAMES[1:]), number=st.integers(0, 10**6))
def test_dropping_anything_from_a_bundle_that_does_not_pass_never_makes_it_pass(
    name: str, number: int
) -> None:
    paths = all_places(name)
    check_drop(name, paths[number % len(paths)])


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES[1:])
def test_dropping_each_place_never_makes_it_pass(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    paths = all_places(name)
    for path in paths:
        check_drop(name, path)
    record_property("places dropped", len(paths))


WHOLE_RESOURCES = [e["resource"] for e in example("pass")["entry"] if e["resource"]["resourceType"] in (
    "Condition", "Consent", "QuestionnaireResponse")]  # fmt: skip


@pytest.mark.parametrize("resource", WHOLE_RESOURCES, ids=lambda r: r["id"])
def test_leaving_out_a_needed_resource_never_passes(resource: dict[str, Any]) -> None:
    bundle = copy.deepcopy(example("pass"))
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["id"] != resource["id"]]
    assert run(bundle)[0] in (3, 4)


def answers() -> list[str]:
    (intake,) = (e["resource"] for e in example("pass")["entry"] if e["resource"]["id"] == "qr-intake")
    return [item["linkId"] for item in intake["item"]]


@pytest.mark.parametrize("link", answers())
def test_leaving_out_any_answer_of_the_intake_never_passes(link: str) -> None:
    bundle = copy.deepcopy(example("pass"))
    (intake,) = (e["resource"] for e in bundle["entry"] if e["resource"]["id"] == "qr-intake")
    intake["item"] = [item for item in intake["item"] if item["linkId"] != link]
    assert run(bundle)[0] in (3, 4)


@pytest.mark.parametrize("kept", ["status", "subject", "code", "effectiveDateTime", "valueQuantity"])
def test_a_weight_without_any_of_its_parts_never_passes(kept: str) -> None:
    bundle = copy.deepcopy(example("pass"))
    (weight,) = (e["resource"] for e in bundle["entry"] if e["resource"]["id"] == "obs-29463-7")
    del weight[kept]
    assert run(bundle)[0] in (3, 4)
