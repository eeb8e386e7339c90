"""What the page frame needs on every page."""

from __future__ import annotations

from django.http import HttpRequest

COOKIE = "tenuto_theme"
THEMES = ("paper", "dim")


def shell(request: HttpRequest) -> dict[str, str]:
    """The theme that this browser chose."""
    chosen = request.COOKIES.get(COOKIE, "")
    return {"theme": chosen if chosen in THEMES else THEMES[0]}
