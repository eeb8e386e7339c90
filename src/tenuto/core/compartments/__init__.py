"""Linear compartments: drug in a body, or benefit that builds and fades. One closed-form engine serves both.

The state of a patient is a vector of amounts, one a compartment, and runs by `dx/dt = K x + input`, where column j of
`K` says where the content of compartment j goes. Units are the caller's: any one unit of time and of amount.

    K = rate_matrix(2, flows={(0, 1): 0.1}, losses={0: 0.2, 1: 0.05})          # one way 0 -> 1, both drain
    x = simulate(K, [Bolus(0.0, 10.0), Infusion(5.0, 6.0, rate=2.0)], times=np.linspace(0, 30, 301))
    x.shape == (2, 1, 301)                                                     # compartment, patient, time

Per-patient parameters are arrays: a rate, an amount or an infusion rate may be a number or an array of shape
`(patients,)`, and `rate_matrix` returns `(patients, n, n)`. Dates of inputs are shared by the patients of one call
(give a patient who misses a dose an amount of zero).

What the engine covers: any number of compartments; inside a group, exchanges that go both ways; between groups,
one-way chains of any length and branching (metabolites, transit delays, effect sites, a fast benefit that fills a slow
one); impulses and constant-rate inputs into any compartment; equal and nearly equal rate constants; periodic and
constant-rate steady state; areas under the curve. A loop that runs one way round is refused with a sentence.

One answer, six ways to it. Each is there for what the others can't do; the tests hold all of them to the last one:

| way | modules | taken when | why it is there |
|---|---|---|---|
| general | `modes`, `symmetric`, `runs`, `outputs`, `entries` | always, if nothing below applies | many patients at once: 3.5 times the price of their exponentials, which is what `benchmarks/pk.py` holds it to |
| compiled | `accel`, `compiled_exp` | `engine="numba"` | the same in 1.5 times, for simulations of whole clinics; an extra, since a compiler is a heavy thing to install |
| handful | `few` | up to 16 patients | a page shows one patient under six models: a quarter of the general way's time there (0.14 ms beside 0.57) |
| clustered | `clustered` | rates equal or nearly so | the general way would take differences of huge numbers; no speed, only right digits |
| chain | `chain` | asked for by name | benefit that builds and fades: short chains by the hundred thousand in a fit, whose modes are their rates |
| reference | `reference_ode` | in tests | slow and obvious: one patient, one short step after the other |
"""

from tenuto.core.compartments.closed_form import Engine, area, constant_rate_state, periodic_state, simulate
from tenuto.core.compartments.inputs import Bolus, ConstantInput, Input, repeated
from tenuto.core.compartments.matrix import UnsolvableSystem, rate_matrix

__all__ = [
    "Bolus",
    "ConstantInput",
    "Engine",
    "Input",
    "UnsolvableSystem",
    "area",
    "constant_rate_state",
    "periodic_state",
    "rate_matrix",
    "repeated",
    "simulate",
]
