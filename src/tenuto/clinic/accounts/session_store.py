"""Sessions whose keys are kept as hashes: whoever reads the database can't step into a session with what they find."""

from __future__ import annotations

import hashlib
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session

__all__ = ["SessionStore", "kept_as"]

COLUMN_LENGTH = 40


def kept_as(key: str) -> str:
    """What the table holds for a session key: its SHA-256, cut to the column's 40 digits (160 bits).

    Keys are random and as long; nothing is gained by a slow hash.
    """
    return hashlib.sha256(key.encode()).hexdigest()[:COLUMN_LENGTH]


class SessionStore(DatabaseStore):
    """Django's own store; only where the key meets the table it is hashed first, and content is signed for its own key.

    Otherwise whoever can write the table copies the content of a director's session under a key of their own.
    """

    @property
    def key_salt(self) -> str:
        """What the signature of the content is bound to."""
        return f"tenuto session {kept_as(self.session_key or '')}"

    def _get_session_from_db(self) -> Session | None:
        given = self.session_key
        if given is None:
            return None
        self._session_key = kept_as(given)
        found: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        # The parent forgets the key of a session that is not there.
        self._session_key = given if found is not None else None
        return found

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    def exists(self, session_key: str) -> bool:
        return super().exists(kept_as(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(kept_as(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made = super().create_model_instance(data)
        made.session_key = kept_as(made.session_key)
        return made  # type: ignore[return-value]

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        made = await super().acreate_model_instance(data)
        made.session_key = kept_as(made.session_key)
        return made  # type: ignore[return-value]

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(kept_as(key))

    async def adelete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            await super().adelete(kept_as(key))
