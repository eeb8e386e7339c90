"""Weight and height that stand in each other's place give no dose."""

import pytest

from tests.core.intake.people import judged, measured, serious, with_measured


@pytest.mark.parametrize(
    ("weight", "height", "refused"),
    [
        ("176", "70", True),
        ("170", "75", True),
        ("176", "130", True),
        ("150", "155", False),
        ("70", "90", False),
    ],
)
def test_exchanged_weight_and_height(weight, height, refused):
    found = judged(with_measured(measured("weight_kg", weight), measured("height_cm", height)))
    assert ("WEIGHT-HEIGHT-EXCHANGED REFUSE" in serious(found)) is refused
    assert (found.weight is None) is refused
