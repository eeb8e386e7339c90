"""All that goes on beside the requests, started and stopped as one."""

from __future__ import annotations

from types import TracebackType

from tenuto.clinic.live.sweeper import Sweeper
from tenuto.clinic.live.worker import Worker

__all__ = ["Background"]


class Background:
    """A worker and a sweeper, for as long as the block runs. Leaving it finishes what is at hand."""

    def __init__(self) -> None:
        self._parts = (Worker(), Sweeper())

    def __enter__(self) -> Background:
        for part in self._parts:
            part.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in self._parts:
            part.stop()
