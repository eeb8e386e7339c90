"""The newest event's number and mac, kept outside the database, so that a cut tail is found: by the next event.

Before every event the chain must contain what each anchor knows; otherwise nothing is written, and the program says why
(`ChainBroken`). One anchor is a file beside the database or, better, on another disk (TENUTO_LEDGER_ANCHOR). A second
one outside (TENUTO_LEDGER_ANCHOR_OUTSIDE, a folder that the database's owner can't write) finds a database that was
rolled back together with the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from tenuto.clinic.ledger import chain
from tenuto.clinic.ledger.canonical import texts_of, values_of
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.data.regular import open_regular

__all__ = [
    "ACCEPTED",
    "Anchor",
    "AnchorStore",
    "ChainBroken",
    "FileAnchor",
    "advance",
    "begin_anew",
    "check_contained",
    "disagreements",
    "forget",
    "look_back",
    "lost_events",
    "missing",
    "note_clock",
    "number_of_events",
    "problem",
    "stores",
]

logger = logging.getLogger(__name__)
CLOCK_TOLERANCE = timedelta(minutes=2)
"""Two servers differ by less, and a time service corrects by less [D]."""
ACCEPTED = "accepted a break"
"""The event with which an operator goes on from a chain that was found broken."""
MAX_BYTES = 4096
"""Of an anchor; it takes two hundred."""
LOOKED_BACK = 2000
"""Events that are looked through for the latest moment when a process begins."""


class ChainBroken(RuntimeError):
    """The chain does not contain what an anchor knows: events were removed or replaced. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain had reached. `genuine` says that it was written with the key; `recorded_at` is known of the chain's end."""

    number: int
    mac: str
    genuine: bool = True
    recorded_at: datetime | None = field(default=None, compare=False)


class AnchorStore(Protocol):
    """A place outside the database that keeps one anchor."""

    @property
    def name(self) -> str:
        """How sentences call it, such as `the anchor file`."""

    def read(self) -> Anchor | None:
        """The anchor; None when there is none yet. Raises OSError when the place can't be reached."""

    def write(self, anchor: Anchor, *, backwards: bool = False) -> None:
        """Replace the anchor, unless the place knows a newer one and `backwards` is not said. Raises OSError."""


@dataclass(frozen=True, slots=True)
class FileAnchor:
    """An anchor in a file, sealed with the ledger's key."""

    path: Path
    name: str = "the anchor file"

    def read(self) -> Anchor | None:
        """The anchor; one that can't be understood, or has another key's seal, is not genuine."""
        try:
            with open_regular(self.path) as file:
                text = file.read(MAX_BYTES)
        except FileNotFoundError:
            return None
        try:
            found = json.loads(text)
            number, mac, seal = int(found["number"]), str(found["mac"]), str(found["seal"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return Anchor(0, "", genuine=False)
        return Anchor(number, mac, genuine=hmac.compare_digest(seal, _seal(number, mac)))

    def write(self, anchor: Anchor, *, backwards: bool = False) -> None:
        """Replace the file in one step, unless another process was faster with a newer event."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A pipe in place of a file is refused, and not waited for: every write of the clinic comes by here.
        handle = os.open(self.path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, 0o600)
        with os.fdopen(handle, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self.read()
            if known and not backwards and (not known.genuine or known.number >= anchor.number):
                return
            draft = self.path.with_suffix(".new")
            seal = _seal(anchor.number, anchor.mac)
            draft.unlink(missing_ok=True)
            draft.write_text(json.dumps({"number": anchor.number, "mac": anchor.mac, "seal": seal}), "utf-8")
            os.replace(draft, self.path)  # noqa: PTH105 - atomic on one file system, and says so


@dataclass(slots=True)
class _Memory:
    """What this process itself has anchored: a chain that is cut together with its anchor, while it is served, is found by it."""

    known: Anchor | None = None
    name: str = "this server"

    def read(self) -> Anchor | None:
        """The newest event that this process saw committed."""
        return self.known or Anchor(0, chain.GENESIS)

    def write(self, anchor: Anchor, *, backwards: bool = False) -> None:
        """Remember it."""
        self.known = anchor


_memory = _Memory()


def stores() -> list[AnchorStore]:
    """Where this installation keeps its anchors, the one beside the database first."""
    made: list[AnchorStore] = [FileAnchor(Path(settings.LEDGER_ANCHOR))]
    return made + [import_string(path)(*arguments) for path, arguments in settings.LEDGER_ANCHORS_OUTSIDE]


def missing() -> list[AnchorStore]:
    """The anchors that were never begun, or were taken away. One whose place can't be reached is none of these."""
    found = []
    for store in stores():
        try:
            if store.read() is None:
                found.append(store)
        except OSError as error:
            _tell(store, error)
    return found


def lost_events() -> str:
    """A sentence when an anchor knows events and the database has no table for any; empty when none is missed, and when the
    database can't be asked: nobody is told to put a backup over what is only out of reach."""
    for store in stores():
        try:
            known = store.read()
        except OSError:
            continue
        try:
            if known and known.number and number_of_events() == 0:
                return _lost(store, known)
        except DatabaseError:
            return ""
    return ""


def number_of_events() -> int:
    """The number of the newest event; 0 in a database that has no table for any. DatabaseError when it can't be read."""
    try:
        return newest().number
    except DatabaseError:
        if AuditEvent._meta.db_table in connection.introspection.table_names():
            raise
        return 0


def _lost(store: AnchorStore, known: Anchor) -> str:
    return (
        f"The database holds no event, but {store.name} knows event {known.number}: it was lost, or another one is named "
        "here. Check TENUTO_DATABASE_URL, and restore a backup; to begin a new clinic, give it a place of its own (TENUTO_VAR)."
    )


def check_contained(head: Anchor) -> None:
    """Raise `ChainBroken` unless the chain that ends at `head` contains every anchor. Called with the chain held.

    Before the first event of all, the anchors are begun: from then on a missing one is a finding.
    """
    if head.number == 0:
        _begin_missing()
    for sentence in disagreements(head):
        raise ChainBroken(f"{sentence} Nothing was written. Run `tenuto audit verify` on the server.")


def disagreements(head: Anchor) -> Iterator[str]:
    """A sentence for each anchor that the chain does not contain."""
    yield from _stored_disagreements(head)
    remembered = _disagreement(_memory, _memory.read(), head)
    if remembered and not _accepted_since(_memory.known):
        yield remembered


def _stored_disagreements(head: Anchor) -> Iterator[str]:
    for store in stores():
        try:
            known = store.read()
        except OSError as error:
            # The clinic goes on without a look at this one, and says so on its pages.
            _tell(store, error)
            continue
        if sentence := _disagreement(store, known, head):
            yield sentence


def _disagreement(store: AnchorStore, known: Anchor | None, head: Anchor) -> str:
    if known is None:
        return f"{store.name.capitalize()} is missing, so a cut tail can't be ruled out."
    if not known.genuine:
        return (
            f"{store.name.capitalize()} was not written with this server's key, or was changed. After an exchange of the key "
            "(TENUTO_LEDGER_KEY) comes `tenuto keys rotate`."
        )
    if known.number > head.number:
        cut = span(head.number + 1, known.number)
        return f"The chain ends at event {head.number}, but {store.name} knows event {known.number}: {cut} cut off."
    if not _contains(known, head):
        return f"Event {known.number} is not the one that {store.name} knows: it was replaced."
    return ""


def advance(number: int) -> None:
    """Move the anchors to the newest committed event; called after the commit of event `number`.

    What was committed stays committed: an anchor that can't be written is a problem to show, and no failure of the action.
    """
    # A transaction with many events calls once for each; the first call already wrote the newest.
    if number <= getattr(connection, "tenuto_anchored", 0):
        return
    head = newest()
    broken = next(disagreements(head), None)
    if broken:  # or another thread committed a newer event, and moved an anchor, between the two looks
        head = newest()
        broken = next(disagreements(head), None)
    if broken:
        logger.error("The anchors were not moved. %s", broken)
        _problems["chain"] = broken
        return
    _problems.pop("chain", None)
    _write(head)
    _memory.write(head)
    connection.tenuto_anchored = head.number  # type: ignore[attr-defined]


def begin_anew() -> None:
    """Let every anchor know the chain as it stands, also when it knew a longer one."""
    _write(newest(), backwards=True)
    forget()


def newest() -> Anchor:
    """The end of the chain."""
    found = AuditEvent.objects.order_by("-number").values_list("number", "mac", "recorded_at").first()
    return Anchor(found[0], found[1], recorded_at=found[2]) if found else Anchor(0, chain.GENESIS)


def forget() -> None:
    """Look at everything again before the next event; for a process whose database was exchanged."""
    connection.tenuto_anchored = 0  # type: ignore[attr-defined]
    connection.tenuto_contained = None  # type: ignore[attr-defined]
    _memory.known = None
    _problems.clear()
    _latest.clear()


def note_clock(before: datetime | None, now: datetime) -> None:
    """Keep for every page that the clock went back since the event before, until it has come past it again.

    Nothing is refused: what happens is recorded also then, and its order is that of the events.
    """
    latest = max(_latest.get("at", before), before) if before else now
    _latest["at"] = latest
    if latest - now <= CLOCK_TOLERANCE:
        _problems.pop("clock", None)
        return
    sentence = (
        f"The server's clock went back: an entry was made at {latest:%Y-%m-%d %H:%M} UTC, and the clock says "
        f"{now:%Y-%m-%d %H:%M} UTC. Entries count in the order in which they are made; tell whoever runs the server."
    )
    if _problems.get("clock") != sentence:
        logger.error("%s", sentence)
    _problems["clock"] = sentence


def look_back() -> None:
    """Learn the latest moment of the newest events, as a server begins: the clock may have gone back while it was down."""
    moments = AuditEvent.objects.order_by("-number").values_list("recorded_at", flat=True)[:LOOKED_BACK]
    if moments:
        _latest["at"] = max(moments)


def problem() -> str:
    """What is wrong with an anchor or the clock, for every page of staff to say; empty when all is well."""
    return " ".join(_problems.values())


def span(first: int, last: int) -> str:
    """`event 7 is`, `events 7 to 9 are`."""
    return f"event {first} is" if first == last else f"events {first} to {last} are"


_latest: dict[str, datetime] = {}
"""Of this process: the latest moment of an event that it has seen."""
_problems: dict[str, str] = {}
"""Of this process, by where; a success there takes it away."""


def _begin_missing() -> None:
    for store in stores():
        try:
            if store.read() is None:
                store.write(Anchor(0, chain.GENESIS))
        except OSError as error:
            _tell(store, error)


def _accepted_since(known: Anchor | None) -> bool:
    """Whether an operator went on, in a process of their own, from a chain without the event that this one knows; then it
    is known no more."""
    if known is None or known.recorded_at is None:
        return False
    since = AuditEvent.objects.filter(action=ACCEPTED, recorded_at__gt=known.recorded_at)
    accepted = any(chain.mac(texts_of(AuditEvent, values_of(event))) == event.mac for event in since)
    if accepted:
        _memory.known = None
    return accepted


def _mac_of(number: int) -> str | None:
    return AuditEvent.objects.filter(number=number).values_list("mac", flat=True).first()


def _contains(known: Anchor, head: Anchor) -> bool:
    if known.number in (0, head.number):
        return known.mac == (head.mac if known.number else chain.GENESIS)
    # Within a transaction the chain runs ahead of its anchors; asking once for each anchor is enough.
    if getattr(connection, "tenuto_contained", None) == known:
        return True
    mac = _mac_of(known.number)
    if mac == known.mac:
        connection.tenuto_contained = known  # type: ignore[attr-defined]
    return mac == known.mac


def _write(anchor: Anchor, *, backwards: bool = False) -> None:
    for store in stores():
        try:
            store.write(anchor, backwards=backwards)
        except OSError as error:
            _tell(store, error)
        else:
            _problems.pop(store.name, None)


def _tell(store: AnchorStore, error: OSError) -> None:
    reason = error.strerror or str(error)
    sentence = f"{store.name.capitalize()} of the audit can't be used: {reason}. Entries are saved; tell whoever runs the server."
    if _problems.get(store.name) != sentence:
        logger.error("%s", sentence)
    _problems[store.name] = sentence


def _seal(number: int, mac: str) -> str:
    return hmac.new(
        chain.current_key().encode(), f"anchor {number} {mac}".encode(), hashlib.sha256
    ).hexdigest()
