"""The newest code of an authenticator app that was accepted."""

from __future__ import annotations

from django.db import models

__all__ = ["LastCode"]


class LastCode(models.Model):
    """How far the codes of an app are used up: no code of this counter or an earlier one counts again (RFC 6238, 5.2).

    The same for the count of a security key, which a copy of it does not know. `key` is the SHA-256 of the app's secret or of
    the credential's id, so that it holds also when the same one is set up again.
    """

    key = models.CharField(max_length=64, primary_key=True)
    counter = models.BigIntegerField()

    def __str__(self) -> str:
        return f"codes up to {self.counter}"
