"""Every shipped data file has one strict reader: a key misspelt anywhere in it is refused, with the place and the key."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tenuto.core
from tenuto.core.data import DataError, DataFolder, declared

SRC = Path(__file__).resolve().parents[2] / "src/tenuto"
NEEDS_EXTRAS = ("calibration.fit", "calibration.likelihood", "verification.nuts", "compartments.accel")

# Tables whose keys are names of the file's own choice, so that no key in them can be misspelt.
NAMES = {
    "core/sources/sources.toml": {()},
    "core/scales/instruments": {("options",)},
    "hashes.toml": {()},
    "core/scales/measurement.toml": {()},
    "core/literature/maintenance.toml": {()},
    "core/literature/protocol_versions.toml": {(), ("*",)},
    "core/literature/factors.toml": {()},
    "core/literature/side_effects.toml": {()},
    "core/literature/products.toml": {("strengths",)},
    "core/literature/requirements.toml": {()},
    "core/literature/order_set.toml": {("diluents",), ("monitoring",), ("stops",), ("side_effects",)},
    "core/literature/intake_steps.toml": {("elsewhere",), ("step", "choices"), ("step", "nothing")},
    "core/literature/icd10cm.toml": {("codes",)},
    "core/literature/icd10cm_codes.toml": {("codes",), ("sevenths",)},
    "core/outcomes/battery.toml": {("groups",)},
    "core/policy/": {("limits",), ("bounds",)},
    "clinic/interop/fhir/scales.toml": {(), ("*", "kept")},
    "clinic/interop/fhir/results.toml": {("*",)},
    "clinic/interop/fhir/resource_kinds.toml": {("*",)},
    "clinic/interop/fhir/certainty.toml": {("codes",)},
    "clinic/interop/fhir/levels.toml": {()},
    "clinic/interop/fhir/harmless.toml": {("names",)},
    "clinic/interop/fhir/ucum.toml": {(), ("*",)},
    "core/literature/terminology.toml": {("quantity",), ("words",), ("nothing",), ("not_known",), ("kept_back",), ("signs",), ("asks_for",), ("in_words",), ("died",), ("treated",)},
    "core/literature/signs_of_now.toml": {("sign",)},
    "core/literature/durability/answers.toml": {("condition",), ("condition", "*", "scale"), ("item",)},
    "core/literature/facts.toml": {("fact", "measures"), ("fact", "effects"), ("fact", "advice_for")},
    "core/literature/pk/shared/covariates.toml": {()},
    "core/literature/pk/shared/effects.toml": {("delay",)},
    "core/literature/pk/": {("form", "share"), ("moiety",), ("moiety", "*", "factor"), ("parameter",)},
}  # fmt: skip


def readers() -> list[tuple[Path, DataFolder[Any]]]:
    for module in pkgutil.walk_packages(tenuto.core.__path__, "tenuto.core."):
        if not module.name.endswith(NEEDS_EXTRAS):
            importlib.import_module(module.name)
    for name in ("tables", "kinds", "ucum", "unjudged"):
        importlib.import_module(f"tenuto.clinic.interop.fhir.{name}")
    return [(path, files) for files in declared() for path in files.paths()]


SIGNED = r"was changed after .* signed it"
"""What a signed policy says of any change."""
ESTIMATES = "core/literature/durability/"
"""The files that one estimation reads and another writes; `tenuto calibrate --check` holds them together."""
READERS = readers()
FILES = sorted({path for path, _ in READERS})


def called(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


def tables(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every table inside parsed content with its place; a list adds nothing to the place."""
    if isinstance(value, dict):
        yield place, value
        for key, inner in value.items():
            yield from tables(inner, (*place, key))
    elif isinstance(value, list):
        for inner in value:
            yield from tables(inner, place)


def free(path: Path, place: tuple[str, ...]) -> bool:
    """True when the keys of this table are names."""
    return any(
        start in called(path) and any(matches(pattern, place) for pattern in places)
        for start, places in NAMES.items()
    )


def matches(pattern: tuple[str, ...], place: tuple[str, ...]) -> bool:
    return len(pattern) == len(place) and all(
        p in ("*", name) for p, name in zip(pattern, place, strict=True)
    )


def test_every_data_file_is_declared_once():
    shipped = [
        path
        for path in SRC.rglob("*")
        if path.suffix in (".toml", ".json", ".csv")
        and (not called(path).startswith(ESTIMATES) or path.name == "answers.toml")
        and "static" not in path.parts
        if path.name != "vectors.toml"  # golden totals, which only the test of the scores reads
    ]
    assert sorted(path for path, _ in READERS) == sorted(shipped)


@pytest.mark.parametrize(("path", "files"), READERS, ids=[called(path) for path, _ in READERS])
def test_a_key_misspelt_at_any_level_is_refused(path, files):
    raw = files.parse(path)
    files.build(raw, path)
    checked = 0
    for number, (place, table) in enumerate(list(tables(raw))):
        if not table or free(path, place):
            continue
        for key in {next(iter(table)), list(table)[number % len(table)]}:
            kept = dict(table)
            table[key + "x"] = table.pop(key)
            said = f"{key}x' is not known here|{key}x', which is not known|{SIGNED}"
            with pytest.raises(DataError, match=said):
                files.build(raw, path)
            table.clear()
            table.update(kept)
            checked += 1
    assert checked or all(free(path, place) for place, _ in tables(raw))


@pytest.mark.parametrize(("path", "files"), READERS, ids=[called(path) for path, _ in READERS])
def test_a_key_too_many_at_any_level_is_refused(path, files):
    """Also one that resembles nothing: a remark belongs into a comment."""
    raw = files.parse(path)
    for place, table in list(tables(raw)):
        if free(path, place):
            continue
        table["zzz"] = 1
        with pytest.raises(DataError, match=f"'zzz' is not known here|{SIGNED}"):
            files.build(raw, path)
        del table["zzz"]
