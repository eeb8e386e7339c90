"""The sweep of the outbox beside the server, in a thread of its own."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections

from tenuto.clinic.accounts import clock
from tenuto.clinic.ledger.anchor import ChainBroken
from tenuto.clinic.ledger.outbox import configured_sender, sweep

__all__ = ["Sweeper"]

EVERY_SECONDS = 5.0
logger = logging.getLogger(__name__)


class Sweeper:
    """Sweeps every few seconds until it is stopped. Does nothing when nothing is configured to send."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox sweep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the message at hand, and end."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self._once()

    def _once(self) -> None:
        # Nothing may end the thread: nobody would notice that messages no longer leave.
        try:
            sender = configured_sender()
        except Exception:
            logger.exception("The sender of the outbox could not be made.")
            return
        if sender is None:
            return
        close_old_connections()
        try:
            sweep(now=clock.furthest(), sender=sender)
        except (DatabaseError, OSError, ChainBroken) as error:
            # The lease runs out and the next round tries again; the server goes on meanwhile.
            logger.warning("The outbox could not be swept: %s", error)
        except Exception:
            logger.exception("The outbox could not be swept.")
        finally:
            close_old_connections()
