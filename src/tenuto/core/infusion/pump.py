"""The pump as a table: what each entry makes of it in each state, and when the entry does not fit what was charted before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.infusion.entries import (
    Charted,
    PumpPaused,
    PumpResumed,
    PumpStarted,
    PumpStopped,
    RateChanged,
)

__all__ = ["PUMP", "PumpState", "PumpStep", "step"]


class PumpState(StrEnum):
    """What the pump does by the chart."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """As a person reads it."""
        return _LABELS[self]


_LABELS = {
    PumpState.NOT_STARTED: "Not started",
    PumpState.RUNNING: "Running",
    PumpState.PAUSED: "Paused",
    PumpState.ENDED: "Ended",
}


@dataclass(frozen=True, slots=True)
class PumpStep:
    """The state afterwards; `deviation` is why the entry does not fit, empty where it does."""

    to: PumpState
    deviation: str = ""


_N, _R, _P, _E = PumpState
PUMP: Mapping[tuple[PumpState, type[Charted]], PumpStep] = {
    (_N, PumpStarted): PumpStep(_R),
    (_N, RateChanged): PumpStep(_N, "a rate was changed, and no start is charted"),
    (_N, PumpPaused): PumpStep(_N, "a pause, and no start is charted"),
    (_N, PumpResumed): PumpStep(_R, "the pump was resumed, and no start is charted"),
    (_N, PumpStopped): PumpStep(_E, "the infusion was stopped, and no start is charted"),
    (_R, PumpStarted): PumpStep(_R, "the pump was started while it was running"),
    (_R, RateChanged): PumpStep(_R),
    (_R, PumpPaused): PumpStep(_P),
    (_R, PumpResumed): PumpStep(_R, "the pump was resumed while it was running"),
    (_R, PumpStopped): PumpStep(_E),
    (_P, PumpStarted): PumpStep(_R, "the pump was started anew while it was paused"),
    (_P, RateChanged): PumpStep(_P),
    (_P, PumpPaused): PumpStep(_P, "a pause while the pump was paused"),
    (_P, PumpResumed): PumpStep(_R),
    (_P, PumpStopped): PumpStep(_E),
    (_E, PumpStarted): PumpStep(_R, "the pump was started after the infusion had ended"),
    (_E, RateChanged): PumpStep(_E, "a rate was changed after the infusion had ended"),
    (_E, PumpPaused): PumpStep(_E, "a pause after the infusion had ended"),
    (_E, PumpResumed): PumpStep(_R, "the pump was resumed after the infusion had ended"),
    (_E, PumpStopped): PumpStep(_E, "the infusion was stopped a second time"),
}
"""Every entry about the pump in every state. A start or a resumption is believed wherever it stands: drug that may have run is
never left out of the account."""


def step(state: PumpState, what: Charted) -> PumpStep:
    """What an entry makes of the pump; one that is not about the pump leaves it as it is."""
    return PUMP.get((state, type(what)), PumpStep(state))
