"""What patients read is public, sourced, and never says what was refuted (hazard H38)."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

from tenuto.core.literature.claims import banned_in, claims
from tenuto.core.literature.leaflets import leaflets
from tests.clinic.policies.conftest import dora, version  # noqa: F401 - fixtures
from tests.clinic.test_crawl import ALL, address

QUOTED = re.compile(r"<q data-claim>.*?</q>", re.DOTALL)


def words(page: str) -> str:
    """What a reader sees as said by us: no tags, and no claim that is quoted as a claim."""
    return html.unescape(re.sub(r"<[^>]+>", " ", QUOTED.sub(" ", page)))


def test_leaflets_are_read_without_signing_in_and_name_nobody(visit, ana):
    for name, args in (("leaflets", []), ("corrected", []), *(("leaflet", [x.id]) for x in leaflets())):
        answer = visit().get(reverse(f"portal:{name}", args=args))
        assert answer.status_code == 200
        assert "Silva" not in answer.content.decode()
    assert visit().get("/leaflets/nothing/").status_code == 404


@pytest.mark.parametrize("leaflet", leaflets(), ids=lambda x: x.id)
def test_every_section_stands_with_its_sources(visit, bob, leaflet):
    page = html.unescape(visit(bob).get(reverse("portal:leaflet", args=[leaflet.id])).content.decode())
    page = re.sub(r'</?a( href="tel:[0-9]+")?>', "", page)
    for section in leaflet.sections:
        assert section.heading in page
        assert all(paragraph in page for paragraph in section.text)
        assert all(str(source) in page for source in section.basis.sources)


def test_every_claim_stands_with_its_verdict_and_correction(visit):
    page = html.unescape(visit().get(reverse("portal:corrected")).content.decode())
    for claim in claims():
        assert f"<q data-claim>{claim.claim}</q>" in page
        assert claim.finding in page
        assert claim.wording in page


def test_a_refuted_claim_stands_on_no_page_as_fact(visit, dora, ana, version):  # noqa: F811 - fixtures
    browser, looked = visit(dora), 0
    addresses = {address(route, ana.pk) for route, _, _ in ALL}
    addresses |= {reverse("portal:leaflet", args=[x.id]) for x in leaflets()}
    addresses |= {reverse("policies:version", args=[version.pk])}
    for each in sorted(addresses):
        answer = browser.get(each)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            looked += 1
            assert banned_in(words(answer.content.decode())) == (), each
    assert looked > 20


def test_the_search_for_claims_can_find_one():
    assert banned_in(words("<p>Ketamine is <b>non-addictive</b>.</p>"))
    assert not banned_in(words("<p>Articles say: <q data-claim>It is non-addictive.</q></p>"))
