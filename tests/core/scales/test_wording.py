"""The wording of shipped instruments, and the errors that were found in public copies of them."""

from __future__ import annotations

import shutil
import tomllib

import pytest

from tenuto.core.scales.definition import Release, ScaleError, Take, Tier
from tenuto.core.scales.reading import ROOT, find, instrument, instruments, read, texts
from tenuto.core.scales.scoring import Void, score
from tenuto.core.scales.wording import fingerprint, normalise

SHIPPED = [i.id for i in instruments().values() if i.tier is not Tier.SCORE_ONLY]
SCORE_ONLY = [i.id for i in instruments().values() if i.tier is Tier.SCORE_ONLY]
FREQUENCY = ["Not at all", "Several days", "More than half the days", "Nearly every day"]


def labels(name: str, item: str = "1") -> list[str]:
    return [o.label for o in instrument(name).item(item).options]


@pytest.mark.parametrize("name", ["phq9", "phq2", "gad7"])
def test_every_frequency_question_has_the_four_validated_answers(name):
    for item in instrument(name).scored_items:
        assert [o.label for o in item.options] == FREQUENCY
        assert [o.score for o in item.options] == [0, 1, 2, 3]
        assert [o.loinc for o in item.options] == ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]


def test_the_function_question_has_answers_of_its_own():
    assert labels("phq9", "10") == [
        "Not difficult at all",
        "Somewhat difficult",
        "Very difficult",
        "Extremely difficult",
    ]


def test_no_question_offers_not_applicable_or_a_default():
    for name in SHIPPED:
        for item in instrument(name).items:
            assert not any("applicable" in o.label.casefold() for o in item.options)
    assert isinstance(score(instrument("phq9"), {}), Void)


def test_the_sleep_question_is_not_abridged():
    assert instrument("phq9").item("3").text == "Trouble falling or staying asleep, or sleeping too much"


def test_answers_have_no_stray_spaces_and_stand_in_the_order_of_their_score():
    for name in SHIPPED:
        i = instrument(name)
        for item in i.items:
            assert all(o.label == o.label.strip() and o.label for o in item.options)
            assert item.text == item.text.strip()
            scores = [o.score for o in item.options]
            assert scores in (sorted(scores), sorted(scores, reverse=True))


def test_the_restlessness_question_is_unaltered():
    assert normalise(instrument("phq9").item("8").text) == (
        "Moving or speaking so slowly that other people could have noticed? Or the opposite - being so fidgety or "
        "restless that you have been moving around a lot more than usual"
    )


def test_the_bands_of_the_phq9_have_no_gap_and_no_overlap():
    bands = instrument("phq9").bands
    assert [(b.lowest, b.highest) for b in bands] == [(0, 4), (5, 9), (10, 14), (15, 19), (20, 27)]


@pytest.mark.parametrize("name", [i.id for i in instruments().values() if i.bands])
def test_bands_cover_every_total_once(name):
    i = instrument(name)
    assert i.bands[0].lowest == i.lowest
    assert i.bands[-1].highest == i.highest
    assert all(upper.lowest == lower.highest + 1 for lower, upper in zip(i.bands, i.bands[1:], strict=False))


def test_the_first_question_of_the_auditc_and_its_total_have_the_right_codes():
    auditc = instrument("auditc")
    assert auditc.item("1").loinc == "68518-0"
    assert auditc.loinc_total == "75626-2"
    every = {auditc.loinc_panel, auditc.loinc_total, *(i.loinc for i in auditc.items)}
    assert not every & {"68517-2", "76504-0"}


def test_missing_answers_do_not_count_as_zero():
    assert isinstance(score(instrument("phq9"), dict.fromkeys("1234", 3)), Void)


def test_the_lowest_answer_of_the_gad7_is_not_at_all():
    assert labels("gad7")[0] == "Not at all"
    assert instrument("gad7").loinc_total == "70274-6"


def test_shipped_text_is_readable_english():
    for name in SHIPPED:
        i = instrument(name)
        for text in [
            i.stem,
            *(item.text for item in i.items),
            *(o.label for item in i.items for o in item.options),
        ]:
            assert all(c.isascii() or c in "—’“”" for c in text), text


def test_every_question_on_blame_and_memory_of_the_pcl5_ends_with_its_mark():
    assert all(item.text.endswith("?") for item in instrument("pcl5").items)
    assert [item.loinc for item in instrument("pcl5").items] == [""] * 20


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_word_is_pinned(name):
    pinned = tomllib.loads((ROOT / name / "hashes.toml").read_text("utf-8"))
    assert pinned == texts(instrument(name))
    assert all(len(digest) == 64 for digest in pinned.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Nearly every day", "Nearly everyday"),
        (
            "Trouble falling or staying asleep, or sleeping too much",
            "Trouble falling/staying asleep, sleeping too much",
        ),
        ("could have noticed", "could gave noticed"),
        ("Over the last 2 weeks", "Over the last 24 hours"),
        ('"Not at all"', '"Not at all sure"'),
    ],
)
def test_a_known_corruption_is_refused_when_it_is_read(tmp_path, old, new):
    shutil.copytree(ROOT / "phq9", tmp_path / "phq9")
    path = tmp_path / "phq9/definition.toml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ScaleError, match="the wording is not the pinned one"):
        read(tmp_path / "phq9")


def test_typographic_marks_do_not_matter_and_words_do():
    assert fingerprint("Feeling  bad — “really”\n") == fingerprint('Feeling bad - "really"')
    assert fingerprint("Several days") != fingerprint("several days")
    assert fingerprint(["a", "b"]) != fingerprint("ab")


@pytest.mark.parametrize("name", list(instruments()))
def test_every_instrument_has_a_notice(name):
    rights = instrument(name).rights
    assert rights.holder
    assert rights.terms
    assert all(rights.terms)
    assert rights.source
    assert rights.accessed.year >= 2026


def test_the_texts_whose_terms_conflict_are_marked():
    marked = {i.id for i in instruments().values() if i.rights.release is Release.CONFIRM}
    assert marked == {"auditc", "peg"}
    terms = " ".join(instrument("auditc").rights.terms)
    assert "not for sale or for use in conjunction with commercial purposes" in terms
    assert "public domain" in terms


@pytest.mark.parametrize("name", ["phq9", "phq2", "gad7"])
def test_the_notice_of_the_phq_family_keeps_the_holders_sentence(name):
    terms = instrument(name).rights.terms
    assert '"No permission required to reproduce, translate, display or distribute."' in terms


@pytest.mark.parametrize("name", SCORE_ONLY)
def test_a_score_only_instrument_holds_no_item_text(name):
    i = instrument(name)
    assert not i.stem
    for item in i.items:
        assert item.text == f"Item {item.id}"
        assert [o.label for o in item.options] in ([str(o.value) for o in item.options], ["No", "Yes"])
    raw = tomllib.loads((ROOT / name / "definition.toml").read_text("utf-8"))
    assert not {"items", "stem", "options"} & set(raw)
    assert all(
        set(block) <= {"from", "to", "values", "labels", "scores", "loinc", "asked_when", "scored"}
        for block in raw["blocks"]
    )
    assert {p.name for p in (ROOT / name).iterdir()} <= {"definition.toml", "NOTICE", "vectors.toml"}


def test_text_in_a_score_only_definition_is_refused(tmp_path):
    shutil.copytree(ROOT / "wsas", tmp_path / "wsas")
    path = tmp_path / "wsas/definition.toml"
    path.write_text('stem = "Some words"\n' + path.read_text("utf-8"), "utf-8")
    with pytest.raises(ScaleError, match="must not carry text"):
        read(tmp_path / "wsas")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("range = [0, 40]", "range = [0, 44]", "the range says"),
        ('id = "wsas"', 'id = "other"', "calls itself 'other'"),
        ("higher = ", "lower = ", "'higher'"),
        ('tier = "C"', 'tier = "Z"', "tier: 'Z' is not known here. Known: A, B, C"),
        ("evidence", "proof", "has no 'evidence'|there is no tag"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(tmp_path, old, new, message):
    shutil.copytree(ROOT / "wsas", tmp_path / "wsas")
    path = tmp_path / "wsas/definition.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ScaleError, match=message):
        read(tmp_path / "wsas")


def test_own_wording_is_never_named_after_a_published_scale():
    published = {i.title.casefold() for i in instruments().values() if i.tier is not Tier.OWN_WORDING}
    for i in instruments().values():
        if i.tier is Tier.OWN_WORDING:
            words = f"{i.title} {i.name} {i.stem} {' '.join(item.text for item in i.items)}".casefold()
            assert not any(title in words for title in published - {"peg"})
            assert not i.loinc_panel
            assert not i.loinc_total


def test_the_question_on_global_change_states_its_reference_point():
    assert "before your first infusion" in instrument("global_change").item("1").text


def test_instruments_are_found_by_id_and_by_title():
    assert find("PHQ-9") is instrument("phq9")
    assert find("phq9") is instrument("phq9")
    assert find("BDI-II") is None
    with pytest.raises(ScaleError, match="'bdi' is not a known instrument"):
        instrument("bdi")


def test_an_instrument_without_a_total_says_so():
    assert {i.id for i in instruments().values() if i.total is Take.NONE} == {
        "bpisf",
        "cssrs_screener",
        "ketamine_use_check",
        "suicide_check",
        "urinary_check",
    }
