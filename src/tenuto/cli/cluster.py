"""Runs independent pieces of work here, on several processes, or on a Dask cluster; results come back in order."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from tenuto.cli import UserError

__all__ = ["in_order"]

Piece = TypeVar("Piece")
Result = TypeVar("Result")
_BAR = 32


def in_order(
    work: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Iterator[Result]:
    """`work` on each piece, in the order of the pieces.

    Each piece carries its own seed, so the results are the same whoever does them. Without `workers` and `scheduler`
    all is done in this process. A progress bar goes to standard error when that is a terminal.
    """
    every = list(pieces)
    done = map(work, every) if not workers and not scheduler else _on_dask(work, every, workers, scheduler)
    for count, result in enumerate(done, 1):
        _bar(count, len(every))
        yield result


def _bar(done: int, all_of: int) -> None:
    if not sys.stderr.isatty():
        return
    filled = _BAR * done // all_of
    end = "\n" if done == all_of else ""
    print(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{all_of}", end=end, file=sys.stderr, flush=True)


def _on_dask(
    work: Callable[[Piece], Result], pieces: list[Piece], workers: int | None, scheduler: str | None
) -> Iterator[Result]:
    # Imported here: Dask is an optional extra that most installations do without.
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise UserError(
            "--workers and --scheduler need Dask. Install it with `pip install 'tenuto[cluster]'`, or leave them out."
        ) from None
    if scheduler:
        try:
            client = distributed.Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise UserError(
                f"No Dask scheduler answers at '{scheduler}': {error}. Check the address."
            ) from error
        with client:
            for future in client.map(work, pieces, pure=False):
                yield future.result()
        return
    with (
        distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        for future in client.map(work, pieces, pure=False):
            yield future.result()
