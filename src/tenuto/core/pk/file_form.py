"""The form of a model file: which keys each table needs and may have, and which words are known.

A misspelt key or word would otherwise be passed over in silence: a limit that refuses nobody, a covariate that moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["check_form"]

_SITES = ("venous", "arterial", "unknown")
_MOVES = ("clearance of ketamine", "clearance of norketamine")
_BASIS = {"evidence", "sources", "note"}
_MODEL_NEEDS = {"title", "short", "site", "summary", "population", "evidence"}
_MODEL_NEEDS |= {"form", "moiety", "analyte", "parameter", "compartment", "removal", "limit"}
_MODEL_MAY = _BASIS | {"default", "exchange", "variability", "residual", "covariate"}
_TABLES: Mapping[str, tuple[set[str], set[str]]] = {
    "form": ({"id", "share"}, {"caution"}),
    "moiety": ({"factor"}, _BASIS),
    "analyte": ({"id", "label", "molar_mass", "compartment"}, set()),
    "parameter": ({"value", "unit", "weight_exponent"}, {"moves"}),
    "compartment": ({"id"}, {"volume"}),
    "exchange": ({"between"}, {"clearance", "rates"}),
    "removal": ({"of"}, {"clearance", "rate", "to", "fraction", "molar", "delay"}),
    "variability": ({"parameters"}, _BASIS | {"omega2", "omega2_diagonal", "cv", "borrowed"}),
    "residual": ({"analyte"}, {"proportional", "additive_nmol_per_ml", "log_sd"}),
    "covariate": ({"on", "parameter"}, {"per_year_above", "factor"}),
    "limit": ({"of", "soft", "says", "evidence"}, _BASIS | {"hard", "analyte"}),
}
"""For each table of a model file: the keys it needs, and those it may have besides."""
_ONE_OF = {"exchange": ("clearance", "rates"), "removal": ("clearance", "rate")}
"""Of these keys a table has one, and not the other."""


def check_form(name: str, data: Mapping[str, Any]) -> None:
    """ValueError that names the table and the key, when the file `name` has not the form of a model."""
    _check_keys(f"pk/{name}", data, _MODEL_NEEDS, _MODEL_MAY)
    for table, (needs, may) in _TABLES.items():
        for where, entry in _entries(data.get(table, ())):
            place = f"pk/{name}, {table} {where}"
            _check_keys(place, entry, needs, may)
            choices = _ONE_OF.get(table, ())
            if choices and sum(key in entry for key in choices) != 1:
                raise ValueError(f"{place}: give either {choices[0]} or {choices[1]}.")
    _check_word(f"pk/{name}: site", data["site"], _SITES)
    for parameter, entry in data["parameter"].items():
        if "moves" in entry:
            _check_word(f"pk/{name}, parameter {parameter}: moves", entry["moves"], _MOVES)
        if not entry["value"] > 0:
            raise ValueError(f"pk/{name}, parameter {parameter}: {entry['value']} is not above zero.")


def _entries(table: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables of one kind, each with what it is called: its key or its number."""
    if isinstance(table, Mapping):
        yield from table.items()
    else:
        yield from ((str(number), entry) for number, entry in enumerate(table, 1))


def _check_keys(where: str, entry: Mapping[str, Any], needs: set[str], may: set[str]) -> None:
    missing, unknown = needs - set(entry), set(entry) - needs - may
    if missing - {"evidence"}:  # a missing tag has an error of its own
        raise ValueError(f"{where} lacks {', '.join(sorted(missing))}.")
    if unknown:
        raise ValueError(
            f"{where} has the unknown key {', '.join(sorted(unknown))}. Keys: {', '.join(sorted(needs | may))}."
        )


def _check_word(where: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise ValueError(f"{where} '{word}' is unknown. Write {', '.join(known[:-1])} or {known[-1]}.")
