"""The content of a ledger entry as it is kept, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenuto.core.plan.record_json import RecordUnreadable, record_from_json, record_to_json
from tenuto.core.stock.entries import StockContent

__all__ = ["content_from_json", "content_to_json", "kind_of"]

_KINDS: Mapping[str, type[StockContent]] = {kind.__name__: kind for kind in StockContent.__args__}


def kind_of(what: StockContent) -> str:
    """The name under which its kind is kept, such as `SessionDraw`."""
    return type(what).__name__


def content_to_json(what: StockContent) -> Any:
    """JSON values of a content; quantities with their unit, such as '0.8 mL'."""
    return record_to_json(what)


def content_from_json(kind: str, raw: Any) -> StockContent:
    """The content that `content_to_json` wrote. Raises RecordUnreadable for another kind or shape."""
    found = _KINDS.get(kind)
    if found is None:
        raise RecordUnreadable(f"'{kind}' is no kind of entry of the drug ledger.")
    what: StockContent = record_from_json(found, raw)
    return what
