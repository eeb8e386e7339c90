"""The states of a session and what may be charted of it, as a page."""

from __future__ import annotations

from tenuto.core.infusion.adverse import adverse_event_kinds
from tenuto.core.infusion.entries import CONTENTS
from tenuto.core.infusion.pump import PUMP

__all__ = ["page"]


def page() -> str:
    """The manual page: the pump by the chart, every entry in every state, and the kinds of adverse event."""
    return "\n".join(
        [
            "# The states of a session",
            "",
            INTRODUCTION,
            "",
            "```",
            *_fitting(),
            "```",
            "",
            "## Every entry about the pump in every state",
            "",
            "| while | charted | then | a deviation, when |",
            "|---|---|---|---|",
            *(
                f"| {state.label} | {_words(kind)} | {step.to.label} | {step.deviation} |"
                for (state, kind), step in PUMP.items()
            ),
            "",
            "## What else is charted",
            "",
            "It leaves the pump as it is, in every state.",
            "",
            *(f"- {_words(kind)}: {_first(kind.__doc__)}" for kind in CONTENTS if kind not in _pump_kinds()),
            "",
            "## Adverse events",
            "",
            "| event | asks for | with a raised blood pressure | before going home | evidence |",
            "|---|---|---|---|---|",
            *(
                f"| {kind.title} | {kind.asks} | {'stop' if kind.with_pressure else ''} | {'seen by a prescriber' if kind.seen else ''} | {kind.basis.evidence} |"
                for kind in adverse_event_kinds().values()
            ),
        ]
    )


INTRODUCTION = """\
Written from the table that the replay follows (`tenuto.core.infusion.pump`). Facts are always recorded: an entry that does not
fit is charted as it is, and the account of the session names the deviation. A start or a resumption is believed wherever it
stands, so that drug that may have run is never left out."""


def _fitting() -> list[str]:
    """The steps that fit, one a line."""
    return [
        f"{state.label:<12} -- {_words(kind)} --> {step.to.label}"
        for (state, kind), step in PUMP.items()
        if not step.deviation
    ]


def _pump_kinds() -> set[type]:
    return {kind for _, kind in PUMP}


def _words(kind: type) -> str:
    """'pump started' of `PumpStarted`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip()


def _first(text: str | None) -> str:
    sentence = (text or "").strip().partition(".")[0]
    return f"{sentence[:1].lower()}{sentence[1:]}."
