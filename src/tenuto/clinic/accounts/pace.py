"""Slows down guessing at a locked screen without ever keeping the right password out (hazards H33 and H35).

Only this session's own tries count: nobody elsewhere can keep somebody from their patients. After some wrong ones each
further wrong one is answered late, and while it is, no other of the session is looked at. So a process looks at one try in
`PAUSE_SECONDS`, and a right one is never refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tenuto.clinic.accounts import throttle

__all__ = ["PAUSE_SECONDS", "counted_unlock", "one_try_at_a_time", "slow_down"]

PAUSE_SECONDS = 2.0
_under_way: set[str] = set()
_guard = threading.Lock()


def counted_unlock(session: str) -> str:
    """The name under which wrong passwords at the lock of a session are counted."""
    return f"unlock {session}"


@contextmanager
def one_try_at_a_time(session: str) -> Iterator[bool]:
    """False while another try of the session is looked at by this process."""
    with _guard:
        alone = session not in _under_way
        if alone:
            _under_way.add(session)
    try:
        yield alone
    finally:
        if alone:
            with _guard:
                _under_way.discard(session)


def slow_down(session: str) -> None:
    """Count a wrong password, and hold its answer back when there were several."""
    name = counted_unlock(session)
    several = throttle.must_wait(name)
    throttle.failed(name)
    if several:
        time.sleep(PAUSE_SECONDS)
