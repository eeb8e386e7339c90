"""Letting time pass as a visitor of the demonstration does: asked for on its page, and waited for at the clinic's clock."""

from __future__ import annotations

import re
import time

from tests.patience import PATIENCE

DAY_ENDS, DAY_BEGINS = 15, 7
"""An infusion day takes five hours. One that is begun later than this hour begins on the next morning."""
AT_ONCE = 240


def lets_pass(person, how_many: int, unit: str) -> None:
    """Days or minutes. `person` goes to pages and has one."""
    person.go("/demonstration/time/")
    ahead = _ahead(person, unit)
    person.page.get_by_label(f"{unit.capitalize()} that pass").fill(str(how_many))
    person.page.get_by_role("button", name=f"Let {'time' if unit == 'days' else unit} pass").click()
    deadline = time.monotonic() + PATIENCE
    while _ahead(person, unit) < ahead + how_many:
        assert time.monotonic() < deadline, f"{how_many} {unit} have not passed"
        person.page.wait_for_load_state("load")
        person.go("/demonstration/time/")


def lets_it_be_morning(person) -> None:
    """Late in the day, the night passes: what is found before an infusion counts on its own day alone.

    At any hour the program has done by then what it does of itself, so that nothing of it comes between a person and their page.
    """
    person.go("/demonstration/time/")
    hour, minute = map(int, re.search(r"(\d\d):(\d\d)", _clock(person))[0].split(":"))
    left = 1 if DAY_BEGINS <= hour < DAY_ENDS else ((DAY_BEGINS - hour) % 24) * 60 - minute
    while left > 0:
        lets_pass(person, min(left, AT_ONCE), "minutes")
        left -= AT_ONCE


def _clock(person) -> str:
    return person.page.get_by_role("region", name="The clinic's clock").inner_text()


def _ahead(person, unit: str) -> int:
    found = re.search(rf"(\d+) {unit[:-1]}s?\b[^.]* ahead", _clock(person))
    return int(found[1]) if found else 0
