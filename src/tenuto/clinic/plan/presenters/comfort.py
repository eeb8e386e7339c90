"""The comfort card in words, in the order in which a room is made ready."""

from __future__ import annotations

from tenuto.clinic.plan.models import ComfortCard

__all__ = ["comfort_rows"]

NOT_ASKED = "Not asked"


def comfort_rows(card: ComfortCard) -> tuple[tuple[str, str], ...]:
    """Label and words; what was not asked is said."""
    rows = (
        ("Position", card.get_position_display()),
        ("Light", card.get_light_display()),
        ("Sound", _with(card.get_sound_display(), card.sound_note)),
        ("Guided imagery", _with(card.get_imagery_display(), card.imagery_note)),
        ("Touch", card.get_touch_display()),
        ("Intention", f"“{card.intention}”" if card.intention else ""),
        ("What else helps", card.note),
    )
    return tuple((label, words or NOT_ASKED) for label, words in rows)


def _with(word: str, note: str) -> str:
    return ": ".join(filter(None, (word, note)))
