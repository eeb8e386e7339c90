"""What the patients' own pages add to the main menu of staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.pathway.api import Batch, Contribution, OwnWords, TaskPlace
from tenuto.clinic.portal.services.own_words import words_among
from tenuto.clinic.ui.navigation import MenuEntry
from tenuto.core.literature.tasks import OWN_WORDS, task_kind

NAVIGATION = (
    MenuEntry(key="scores", label="Scores", route="portal:scores", rank=35, verb="patient.search"),
    MenuEntry(key="leaflets", label="Leaflets", route="portal:leaflets", rank=40),
)

READING = (
    MenuEntry(
        key="how_long",
        label="How long the effect lasts, and how often infusions follow",
        route="portal:leaflet",
        argument="how-long-how-often",
        rank=10,
    ),
    MenuEntry(
        key="leaflets", label="All leaflets: before, during and after", route="portal:leaflets", rank=20
    ),
)


def own_words(batch: Batch) -> Mapping[UUID, Sequence[OwnWords]]:
    """Goals, intentions and debriefs, as the patients wrote them."""
    return {
        patient: tuple(
            OwnWords(row.get_kind_display(), row.words, row.recorded_on, newest=row in firsts) for row in rows
        )
        for patient, rows in words_among([each.pk for each in batch.patients]).items()
        if (firsts := list({row.kind: row for row in reversed(rows)}.values()))
    }


CONTRIBUTION = Contribution(
    room="portal",
    own_words=own_words,
    tasks={OWN_WORDS: TaskPlace(task_kind(OWN_WORDS).title, "Read and call", "outcomes:page#words")},
)
