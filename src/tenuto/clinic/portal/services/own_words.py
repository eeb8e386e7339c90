"""What patients write in their own words: kept, and read by somebody, since a task asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.links.api import OpenedLink
from tenuto.clinic.people.recording import keep
from tenuto.clinic.portal.models import PatientGoal
from tenuto.clinic.ports.api import open_by_rule
from tenuto.core.literature.tasks import OWN_WORDS, task_kind
from tenuto.core.sentences import check_length

__all__ = ["MOST_A_DAY", "WordsRefused", "goals_of", "words_among", "write_words"]

MOST_A_DAY = 10
LONGEST_WORDS = 400
"""What one link may write in a day: more is no use to anybody, and a task each."""


class WordsRefused(ValueError):
    """This was not kept. The text says what to do."""


@transaction.atomic
def write_words(*, visit: OpenedLink, kind: str, words: str, at: datetime) -> PatientGoal:
    """Keep what the patient wrote, and have it read. Raises WordsRefused for nothing, and for more than anybody reads."""
    if kind not in PatientGoal.Kind.values:
        raise WordsRefused("Choose what it is about.")
    if not (said := words.replace("\0", "").strip()):
        raise WordsRefused("Write a few words, or leave it.")
    said = check_length(said, LONGEST_WORDS, refused=WordsRefused)
    patient = visit.patient
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    earlier = PatientGoal.objects.filter(patient=patient).order_by("-event_number")[:MOST_A_DAY]
    if sum(row.recorded_on == row.on_its_clock(at).date() for row in earlier) >= MOST_A_DAY:
        raise WordsRefused("That is as much as the clinic reads in a day. Please tell them at your visit.")
    row: PatientGoal = keep(
        PatientGoal(patient=patient, kind=kind, words=said), action="wrote in own words", by=visit.visitor, at=at,
        detail={"kind": kind},
    )  # fmt: skip
    open_by_rule(
        task_kind(OWN_WORDS), patient=patient, why=f"{row.get_kind_display()}: “{row.words}”", target=str(row.pk),
        key=f"{OWN_WORDS}:{row.pk}", by=visit.visitor, at=at,
    )  # fmt: skip
    return row


def words_among(patients: Iterable[UUID]) -> Mapping[UUID, list[PatientGoal]]:
    """What some patients wrote, the newest first. One query."""
    found: dict[UUID, list[PatientGoal]] = defaultdict(list)
    for row in PatientGoal.objects.filter(patient__in=list(patients)).order_by("-event_number", "-id"):
        found[row.patient_id].append(row)
    return found


def goals_of(visit: OpenedLink) -> list[PatientGoal]:
    """What the patient wrote, the newest first. One query."""
    return list(
        PatientGoal.objects.filter(patient=visit.patient).order_by("-event_number", "-id")[:MOST_A_DAY]
    )
