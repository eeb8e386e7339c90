"""Working out many forecasts: here, on several processes, or on a Dask cluster where one is configured.

A forecast is a pure function of a text, so whoever works it out gets the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from tenuto.core.durability.record import HistoryError
from tenuto.core.forecast.keeping import ForecastSaid, said_from

__all__ = ["Spread", "said_or_problem", "spread_over"]

Spread = Callable[[Sequence[str]], Iterator[ForecastSaid | str]]
"""Takes the inputs of forecasts; gives what each said, or why nothing could be forecast, in the same order."""
WORTH_IT = 24
"""Forecasts from which on a process of its own has paid for its start."""


def said_or_problem(inputs: str) -> ForecastSaid | str:
    """One piece of work: what the forecast of these inputs says, or why there is none."""
    try:
        return said_from(inputs)
    except HistoryError as error:
        return str(error)


@contextmanager
def spread_over(*, workers: int, scheduler: str) -> Iterator[Spread]:
    """A way to work out forecasts while the block runs; processes begin with the first that are worth it.

    scheduler: address of a Dask scheduler, or empty. Raises RuntimeError when it is given and Dask is not installed.
    """
    if scheduler:
        with _dask(scheduler) as client:
            yield lambda inputs: iter(client.gather(client.map(said_or_problem, inputs, pure=False)))
        return
    pools: list[ProcessPoolExecutor] = []

    def work(inputs: Sequence[str]) -> Iterator[ForecastSaid | str]:
        if workers < 2 or len(inputs) < WORTH_IT:
            return map(said_or_problem, inputs)
        if not pools:
            pools.append(ProcessPoolExecutor(workers, mp_context=get_context("spawn")))
        return pools[0].map(said_or_problem, inputs, chunksize=4)

    try:
        yield work
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)


def _dask(scheduler: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise RuntimeError(
            "TENUTO_DASK_SCHEDULER needs Dask. Install it with `pip install 'tenuto[cluster]'`, or leave it out."
        ) from None
    return distributed.Client(scheduler, timeout=10)
