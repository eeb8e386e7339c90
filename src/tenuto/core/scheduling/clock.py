"""Times of the clock of a clinic as instants: an hour that is skipped or comes twice is asked about, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["instant_of", "midnight_after"]


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clinic's clock shows `local`; one that carries an offset already is only converted.

    Raises ValueError, with a sentence, when the clock never shows it or shows it twice on that day.
    """
    if local.tzinfo is not None:
        return local.astimezone(zone)
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    shown = f"{local:%Y-%m-%d %H:%M}"
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(
            f"{shown} does not exist in {zone.key}: the clocks are put forward. Write another time."
        )
    if first.utcoffset() != second.utcoffset():
        raise ValueError(
            f"{shown} comes twice in {zone.key}: the clocks are put back. Write it with its offset, as "
            f"{first.isoformat(timespec='minutes')} or {second.isoformat(timespec='minutes')}."
        )
    return first


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day is over at the clinic, also where the clocks are changed at midnight."""
    following = datetime.combine(day + timedelta(days=1), time(), zone)
    return following.astimezone(UTC).astimezone(zone)
