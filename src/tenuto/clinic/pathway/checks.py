"""What the start refuses: a contribution that leads to a page which does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.core.checks import Error, register
from django.urls import NoReverseMatch, reverse

from tenuto.clinic.pathway.parts import Contribution
from tenuto.clinic.pathway.registry import contributions

__all__ = ["missing_pages"]

SOMEBODY = UUID(int=0)


@register()
def contributed_pages(**_: Any) -> list[Error]:
    """An error for each route that is contributed and stands for no page."""
    return [
        Error(
            f"The room '{room}' contributes the route '{route}', and no address has that name.",
            id="pathway.E001",
        )
        for room, route in missing_pages(contributions())
    ]


def missing_pages(found: Iterable[Contribution]) -> Iterator[tuple[str, str]]:
    """Room and route of what leads nowhere, about a patient or about the clinic."""
    for each in found:
        targets = [place.target for place in each.tasks.values()]
        links = [link.route for link in each.links]
        for route in filter(None, [each.page, each.safety_page, each.deciding_page, *targets, *links]):
            if not _exists(route.partition("#")[0]):
                yield each.room, route


def _exists(route: str) -> bool:
    for arguments in ([SOMEBODY], []):
        try:
            reverse(route, args=arguments)
        except NoReverseMatch:
            continue
        return True
    return False
