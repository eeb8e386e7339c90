"""What was asked by link, and what became of each link."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import qrcode
from qrcode.image.svg import SvgPathImage

from tenuto.clinic.links import api as links
from tenuto.clinic.people.identity import contact_preferences
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.models import ScaleRequest
from tenuto.clinic.scales.presenters.scales import OFFERED
from tenuto.clinic.scales.services.asking import by_phone
from tenuto.clinic.ui.words import moment
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instrument

__all__ = ["Reach", "RequestRow", "askable", "qr_code", "reaches", "request_rows"]

WORDS = {
    "waiting": ("due", "Not opened"),
    "opened": ("due", "Opened"),
    "answered": ("pass", "Answered"),
    "shut": ("late", "Shut"),
    "run out": ("late", "Run out"),
    "taken back": ("unknown", "Taken back"),
}
TOLD = {"shut": "The date of birth was wrong too often. Check it on record, then make a new link."}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request: what was asked, how far it came, and whether it can still be taken back."""

    link_id: UUID
    mark: str
    word: str
    titles: str
    progress: str
    made: str
    until: str
    told: str
    open: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to reach the patient that the patient asked for, or does not want."""

    channel: str
    address: str
    wanted: bool


def askable() -> tuple[Instrument, ...]:
    """The offered scales that patients can answer by themselves."""
    return tuple(instrument(name) for name in OFFERED if by_phone(name))


def request_rows(requests: Iterable[ScaleRequest], *, at: datetime) -> tuple[RequestRow, ...]:
    """Each request with the state of its link; wants `link` and `forms` at hand."""
    rows = list(requests)
    states = links.states([row.link for row in rows], at=at)
    return tuple(_row(row, states[row.link_id]) for row in rows)


def _row(row: ScaleRequest, state: str) -> RequestRow:
    done = len(row.forms.all())
    mark, word = WORDS["answered" if done == len(row.instruments) else state]
    return RequestRow(
        link_id=row.link_id,
        mark=mark,
        word=word,
        titles=_titles(row.instruments),
        progress=f"{done} of {len(row.instruments)} answered",
        made=f"{row.recorded_by_name}, {moment(row.recorded_at)}",
        until=moment(row.link.expires_at),
        told=TOLD.get(state, ""),
        open=state in ("waiting", "opened"),
    )


def _titles(names: Sequence[str]) -> str:
    return ", ".join(instrument(name).title for name in names)


def reaches(patient: Patient) -> tuple[Reach, ...]:
    """How the patient wants to be reached, as asked on the page that says who it is."""
    return tuple(
        Reach(channel.label, row.address, row.allowed)
        for channel, row in contact_preferences(patient).items()
    )


def qr_code(address: str) -> str:
    """A picture of an address for the camera of a phone, as SVG for the page."""
    picture = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, box_size=10, border=2).save(picture)
    svg = picture.getvalue().decode()
    return svg[svg.index("<svg") :]
