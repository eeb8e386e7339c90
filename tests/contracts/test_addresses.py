"""One address, one page: a page of the staff never stands where patients open theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def pages(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """The address of every page, and what answers there."""
    for each in resolver.url_patterns:
        route = f"{before}{each.pattern}"
        if isinstance(each, URLPattern):
            yield route, each.lookup_str
        else:
            yield from pages(each, route)


def test_no_two_pages_have_one_address():
    found = defaultdict(set)
    for route, answers in pages(get_resolver()):
        found[route].add(answers)
    assert len(found) > 100
    assert {route: answers for route, answers in found.items() if len(answers) > 1} == {}
