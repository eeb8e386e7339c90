"""Where a patient's drug level is and will be: published models, simulated for one body or many.

    model = default()                                          # Otto 2021, two enantiomers, venous
    regimen = Regimen.single(MgPerKg("0.5"), Minutes(40))
    levels = simulate(model, regimen, Subjects(weight_kg=70), times_min=range(0, 241))
    levels.of("ketamine").shape == (1, 241)                    # patients, times; ng/mL of base

One person from measured levels: `individual.fit`. What a level does: `effects`. Interactions, liver, kidney and age:
`covariates`, chosen by name in `Options`. Peak, area and time above a level: `summary`.

Display and research only: no level here is a target. Minutes, mg of base, kg, ng/mL of base throughout.
"""

from tenuto.core.pk.build import Scaling
from tenuto.core.pk.domain import Caution, OutsideModel, cautions
from tenuto.core.pk.library import UnknownModel, default, load, names
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.population import Bands, draw_effects, measured, population
from tenuto.core.pk.regimen import GivenDose, Regimen, RegimenError
from tenuto.core.pk.simulate import Levels, Options, Site, simulate
from tenuto.core.pk.subjects import Subjects

__all__ = [
    "Bands",
    "Caution",
    "GivenDose",
    "Levels",
    "Options",
    "OutsideModel",
    "PkModel",
    "Regimen",
    "RegimenError",
    "Scaling",
    "Site",
    "Subjects",
    "UnknownModel",
    "cautions",
    "default",
    "draw_effects",
    "load",
    "measured",
    "names",
    "population",
    "simulate",
]
