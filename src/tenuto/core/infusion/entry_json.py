"""The content of an entry as it is kept, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenuto.core.infusion.entries import CONTENTS, Charted
from tenuto.core.plan.record_json import RecordUnreadable, record_from_json, record_to_json

__all__ = ["content_from_json", "content_to_json", "kind_of"]

_KINDS: Mapping[str, type[Charted]] = {kind.__name__: kind for kind in CONTENTS}


def kind_of(what: Charted) -> str:
    """The name under which its kind is kept, such as `VitalsTaken`."""
    return type(what).__name__


def content_to_json(what: Charted) -> Any:
    """JSON values of a content; quantities with their unit, such as '75 mL/h'."""
    return record_to_json(what)


def content_from_json(kind: str, raw: Any) -> Charted:
    """The content that `content_to_json` wrote. Raises RecordUnreadable for another kind or shape."""
    found = _KINDS.get(kind)
    if found is None:
        raise RecordUnreadable(f"'{kind}' is no kind of entry of a session.")
    what: Charted = record_from_json(found, raw)
    return what
