"""The factors name who says them, and tell the two meanings of tolerance apart."""

from tenuto.core.literature.protocol import protocols
from tenuto.core.plan.factors import factors
from tenuto.core.scales.reading import find

BY_ID = {factor.id: factor for factor in factors()}
SCALES = ("YMRS", "ASRM", "MADRS", "Y-BOCS", "PCL-5", "PHQ-9", "GAD-7", "CADSS", "OCI-R", "QIDS-SR16")


def test_loss_of_effect_is_not_tolerability():
    assert BY_ID["tolerability"].said_by == ("S4",)
    assert not BY_ID["tolerability"].used
    assert BY_ID["loss_of_effect"].said_by == ()
    assert BY_ID["loss_of_effect"].used


def test_every_article_is_named_with_what_it_says():
    for id_ in ("severity", "early_response", "frequency", "general_health"):
        assert BY_ID[id_].said_by == ("S0", "S4"), id_
    assert BY_ID["ailment"].said_by == ("S1",)


def test_a_dose_is_told_with_its_one_small_trial():
    assert "80 % at 0.1 mg/kg" in BY_ID["dose"].says
    assert "SALLOUM" in {source.key for source in BY_ID["dose"].basis.sources}


def test_every_scale_that_a_protocol_asks_for_can_be_scored():
    for template in protocols().values():
        said = " ".join([*(p.text for p in template.review_points), *(f.text for f in template.flags)])
        for name in SCALES:
            assert name not in said or find(name), (template.id, name)
