"""The answer for 100 people, worked out once for each question: strangers ask, and must not be able to make it slow.

There are as many questions as conditions, series and settings, some dozens; one is worked out at a time, and kept.
"""

from __future__ import annotations

from functools import cache
from threading import Lock

from tenuto.core.forecast.crowd import Crowd, CrowdQuestion, hundred

__all__ = ["Busy", "answer"]

_WAIT_SECONDS = 5.0
_one_at_a_time = Lock()


class Busy(Exception):
    """Another question is being worked out; ask again in a moment."""


def answer(question: CrowdQuestion) -> Crowd:
    """The kept answer, or worked out now; Busy when others wait already. CrowdError where nothing is known."""
    if not _one_at_a_time.acquire(timeout=_WAIT_SECONDS):
        raise Busy
    try:
        return _kept(question)
    finally:
        _one_at_a_time.release()


@cache
def _kept(question: CrowdQuestion) -> Crowd:
    return hundred(question)
