"""What the commands may use of the configuration."""

from __future__ import annotations

from tenuto.clinic.config.private import make_private, write_privately

__all__ = ["make_private", "write_privately"]
