"""Protocol templates: complete, sourced, and able to say what every article says."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal

import pytest

from tenuto.core.data import DataError, build
from tenuto.core.literature.maintenance import maintenance_rule, maintenance_rules
from tenuto.core.literature.protocol import (
    GapRule,
    Track,
    _protocol,
    check_as_published,
    protocol,
    protocol_versions,
    protocols,
    published,
)
from tenuto.core.literature.protocol_readings import protocol_readings
from tenuto.core.policy import default_policy
from tenuto.core.sources import Basis, Sourced, Tag
from tenuto.core.units import MgPerKg, MgPerKgPerHour, Minutes
from tests.data_files import CORE, literature
from tests.spec.tables import rows

IDS = list(protocols())
PROTOCOLS = CORE / "literature/protocols"


def bases(value):
    """Every basis inside a frozen value."""
    if isinstance(value, Basis):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from bases(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from bases(getattr(value, field.name))


@pytest.mark.parametrize("id_", IDS)
def test_every_number_says_how_it_is_known(id_):
    """A number is a design default, or it names the document that it comes from."""
    found = list(bases(protocol(id_)))
    assert len(found) > 10
    for basis in found:
        assert basis.sources or basis.tags == (Tag.D,), basis


@pytest.mark.parametrize("id_", IDS)
def test_a_template_is_complete(id_):
    template = protocol(id_)
    assert template.version >= 1
    assert template.title
    assert template.why
    assert template.sources
    assert template.indications
    assert template.maintenance
    assert template.review_points
    assert {"consultation", "evaluation", "infusion", "next_day_contact"} <= set(template.visits)
    assert all(1 <= p.after <= template.induction.infusions_max.value for p in template.review_points)


@pytest.mark.parametrize("id_", IDS)
def test_psychiatric_templates_infuse_without_bolus_and_stay_inside_the_clinics_caps(id_):
    template, policy = protocol(id_), default_policy()
    if template.track is Track.PSYCHIATRIC:
        assert not template.session.bolus_allowed
        assert template.session.dose_in(template.session.minutes.value).value <= policy.number(
            "dose_reason_above_mg_per_kg"
        )
        assert "treating_psychiatrist" in {need.what for need in template.requires}
    else:
        assert template.induction.gap_rule is not GapRule.DAILY
        assert template.session.rate_max is not None


def test_each_indication_has_one_default():
    wanted = [i for p in protocols().values() for i in p.default_for]
    assert len(wanted) == len(set(wanted))
    assert set(wanted) == {i for p in protocols().values() for i in p.indications}


def test_the_daily_template_asks_for_more_than_20_hours_and_the_others_for_44():
    rules = {id_: protocol(id_).induction.gap_rule for id_ in IDS}
    assert rules["depression-daily6"] is GapRule.DAILY
    assert rules["crps-10day"] is GapRule.PAIN_DAILY
    assert rules["depression-6x2wk"] is GapRule.PSYCHIATRIC
    assert default_policy().number(GapRule.PSYCHIATRIC.limit) == 44
    assert default_policy().number(GapRule.DAILY.limit) == 20


def test_half_a_milligram_an_hour_is_a_rate_and_not_a_dose():
    """Hazard H5: the same number in the two templates is not the same amount."""
    dose, rate = protocol("depression-6x2wk").session, protocol("depression-60min-0.5mgkgh").session
    assert isinstance(dose.target.value, MgPerKg)
    assert isinstance(rate.target.value, MgPerKgPerHour)
    assert dose.dose_in(Minutes(40)) == MgPerKg("0.5")
    assert rate.dose_in(Minutes(60)) == MgPerKg("0.5")
    assert rate.dose_in(Minutes(40)).rounded(3) == MgPerKg("0.333")
    assert rate.minutes_min.value == Minutes(60)


@pytest.mark.parametrize("row", rows("plan/article-variants.md"))
def test_every_article_variant_is_expressible_and_shipped(row):
    template = protocol(row["protocol"])
    if row["article"]:
        carried = {(v.article, v.topic, v.says) for v in template.variants}
        assert (row["article"], row["topic"], row["says"]) in carried
    kind, _, name = row["carries"].partition(" ")
    ends = [Decimal(row[end]) for end in ("at least", "at most") if row[end]]
    assert ends == carried_ends(template, kind, name)


def carried_ends(template, kind, name):
    """The two ends of what a template carries, or nothing where the variant has no number."""
    course, session = template.induction, template.session
    match kind:
        case "minutes":
            return [session.minutes_min.value.value, session.minutes_max.value.value]
        case "maintenance":
            assert name in {rule.id for rule in template.maintenance}
            rule = maintenance_rule(name)
            return [rule.interval_days_min.value, rule.interval_days_max.value]
        case "recovery":
            assert template.recovery.rule == name
            minutes = template.recovery.minutes
            return [minutes.value.value] * 2 if minutes else []
        case "requires":
            assert name in {need.what for need in template.requires}
            return []
    return [getattr(course, f"{kind}_min").value, getattr(course, f"{kind}_max").value]


def test_every_maintenance_rule_is_used_and_says_how_it_is_known():
    used = {rule.id for p in protocols().values() for rule in p.maintenance}
    assert used == set(maintenance_rules())
    for rule in maintenance_rules().values():
        assert rule.basis.tags
        ends = (rule.interval_days_min, rule.interval_days_max)
        assert all(ends) or not any(ends)
        if all(isinstance(end, Sourced) for end in ends):
            assert ends[0].value <= ends[1].value


def test_every_requirement_can_be_known():
    known = literature("requirements")
    for template in protocols().values():
        for need in template.requires:
            assert known[need.what]["ask"]


def broken(**changes):
    raw = dict(literature("protocols/depression-6x2wk/1"))
    for path, value in changes.items():
        part, _, key = path.partition("__")
        if key:
            raw[part] = {k: v for k, v in raw[part].items() if k != key}
            if value is not None:
                raw[part][key] = value
        else:
            raw[part] = value
    return raw


@pytest.mark.parametrize(("changes", "words"), [
    ({"title": ""}, "'title' is empty"),
    ({"version": "1"}, "whole number"),
    ({"default_for": ["ocd"]}, "not for"),
    ({"maintenance": []}, "no maintenance rule"),
    ({"session__dose_mg_per_kg": None}, "exactly one of dose_mg_per_kg or rate_mg_per_kg_per_h"),
    ({"session__rate_mg_per_kg_per_h": {"value": 1, "evidence": ["D"]}}, "exactly one of dose_mg_per_kg or rate_mg_per_kg_per_h"),
    ({"session__minutes": {"value": 40}}, "has no 'evidence'|there is no tag"),
    ({"session__minutes_min": {"value": 50, "evidence": ["D"]}}, "outside"),
    ({"induction__infusions_max": {"value": 5, "evidence": ["D"]}}, "do not fit"),
    ({"induction__infusions_min": {"value": True, "evidence": ["D"]}}, "whole number"),
    ({"induction__gap_rule": "weekly"}, "weekly"),
    ({"induction__gap_rule": None}, "no 'gap_rule'"),
    ({"recovery__minutes": None}, "has no 'minutes'"),
])  # fmt: skip
def test_a_template_that_is_wrong_says_where(changes, words):
    with pytest.raises(ValueError, match=words):
        build(broken(**changes), _protocol, name="example.toml")


def test_unknown_names_list_what_exists():
    with pytest.raises(KeyError, match="depression-6x2wk"):
        protocol("depression")
    with pytest.raises(KeyError, match="every-2-4-weeks"):
        maintenance_rule("weekly")
    assert issubclass(DataError, ValueError)


def test_every_version_that_ships_is_published_and_every_published_one_ships():
    """Hazard H24: a changed template is a new file, pinned with `tenuto protocol pin`; the old one stays."""
    shipped = {p.parent.name: protocol_versions(p.parent.name) for p in PROTOCOLS.glob("*/*.toml")}
    assert shipped == {id_: tuple(sorted(versions)) for id_, versions in published().items()}
    for id_, versions in published().items():
        for version, sha256 in versions.items():
            assert protocol(id_, version).sha256 == sha256


def test_a_published_version_that_was_edited_is_refused():
    raw = literature("protocols/ocd-1/1")
    raw["session"]["minutes"]["value"] = 41
    edited = build(raw, _protocol, name="1.toml")
    with pytest.raises(DataError, match=r"Restore it, and write the change as protocols/ocd-1/2\.toml"):
        check_as_published(edited)


def test_every_template_in_use_was_read_against_its_sources():
    for id_, template in protocols().items():
        reading = protocol_readings()[id_, template.version]
        behind = {source.key for source in template.sources}
        assert behind & {source.key for source in reading.read}, id_
    assert all(version in protocol_versions(id_) for id_, version in protocol_readings())


def test_a_version_that_never_was_is_refused():
    with pytest.raises(KeyError, match=r"no version 99 of the protocol 'ocd-1'\. There are: 1"):
        protocol("ocd-1", 99)


def test_an_edit_changes_the_digest_that_a_series_pins():
    before = build(broken(), _protocol, name="before.toml")
    changes = {"session__minutes": {"value": 41, "evidence": ["D"]}, "session__minutes_max": None}
    after = build(broken(**changes), _protocol, name="after.toml")
    assert before.sha256 == protocol("depression-6x2wk", 1).sha256
    assert after.sha256 != before.sha256
