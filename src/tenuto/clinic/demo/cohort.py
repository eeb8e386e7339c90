"""Forty-eight more invented patients and six enquiries, so that every stage has someone in it. The same at every load."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tenuto.clinic.demo.personas import ANXIETY, OCD, PTSD, RECURRENT, SERTRALINE, SINGLE
from tenuto.clinic.demo.records import InventedRecord
from tenuto.core.intake.facts import PatientFacts

__all__ = ["ENQUIRERS", "CohortStage", "Member", "cohort"]

SEED = 20261124
FIRST_NUMBER = 100
ENQUIRERS = ("Demo Anemone", "Demo Borage", "Demo Campion", "Demo Dahlia", "Demo Eyebright", "Demo Foxglove")
NAMES = (
    "Acacia", "Almond", "Aspen", "Balsa", "Bamboo", "Banyan", "Baobab", "Bay", "Beech", "Boxwood", "Buckthorn", "Camellia",
    "Carob", "Catalpa", "Cherry", "Chestnut", "Clementine", "Cypress", "Damson", "Dogwood", "Ebony", "Fig", "Ginkgo",
    "Hornbeam", "Ironwood", "Jacaranda", "Kapok", "Laburnum", "Laurel", "Lilac", "Magnolia", "Mahogany", "Medlar",
    "Mimosa", "Mulberry", "Myrtle", "Olive", "Pear", "Plane", "Plum", "Poplar", "Quince", "Redwood", "Sequoia", "Spruce",
    "Sycamore", "Tamarind", "Walnut",
)  # fmt: skip


class CohortStage(StrEnum):
    """How far someone has come."""

    REGISTERED = "registered"
    INCOMPLETE = "incomplete"
    BLOCKED = "blocked"
    TO_DECIDE = "to decide"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    DRAFTED = "drafted"
    SIGNED = "signed"
    REVISED = "revised"


PEOPLE = {
    CohortStage.REGISTERED: 8, CohortStage.INCOMPLETE: 11, CohortStage.BLOCKED: 5, CohortStage.TO_DECIDE: 5, CohortStage.DECLINED: 2, CohortStage.ACCEPTED: 6,
    CohortStage.DRAFTED: 5, CohortStage.SIGNED: 4, CohortStage.REVISED: 2,
}  # fmt: skip
"""How many of the cohort are in each place."""


@dataclass(frozen=True, slots=True)
class Member:
    """One invented patient, how far they have come, and for how many days they have been here."""

    facts: PatientFacts
    place: CohortStage
    days: int


def cohort(today: date) -> list[Member]:
    """The same people in the same places, with their days counted from `today`."""
    chance = random.Random(SEED)  # noqa: S311 - invented patients, not secrets
    return [
        Member(_facts(today, name, number, place, chance), place, chance.randint(1, 20))
        for number, (name, place) in enumerate(zip(NAMES, _places(), strict=True))
    ]


def _places() -> Iterator[CohortStage]:
    for place, people in PEOPLE.items():
        yield from [place] * people


def _facts(today: date, name: str, number: int, place: CohortStage, chance: random.Random) -> PatientFacts:
    record = InventedRecord.complete(
        today,
        name=f"Demo {name}",
        number=FIRST_NUMBER + number,
        years=chance.randint(24, 66),
        sex="male",
        kg=f"{chance.randint(560, 980) / 10:.1f}",
        cm=str(chance.randint(168, 190)),
        diagnosis=chance.choice(
            (RECURRENT, RECURRENT, SINGLE, ANXIETY, PTSD, OCD) if _early(place) else (RECURRENT,)
        ),
    ).taking(codes=(SERTRALINE,))
    return _at(place, record, chance).facts


def _early(place: CohortStage) -> bool:
    return place in (CohortStage.INCOMPLETE, CohortStage.BLOCKED)


def _at(place: CohortStage, record: InventedRecord, chance: random.Random) -> InventedRecord:
    if place is CohortStage.INCOMPLETE:
        gone = chance.sample(["goals", "capacity", "asa.class", "airway.exam", "escort", "transport"], 3)
        record = record.unanswered(*gone)
        return record.unmeasured("weight_kg") if chance.random() < 0.4 else record
    if place is CohortStage.BLOCKED:
        fact = chance.choice(["history.aneurysm", "history.mania"])
        return record.answered(fact, True).scored("phq9", chance.randint(12, 24))
    return record.scored("phq9", chance.randint(14, 24))
