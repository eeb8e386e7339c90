from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.compartments import (
    Bolus,
    ConstantInput,
    UnsolvableSystem,
    area,
    constant_rate_state,
    periodic_state,
    rate_matrix,
    repeated,
    simulate,
)
from tenuto.core.compartments import closed_form as module
from tenuto.core.compartments.reference_ode import simulate_slowly
from tests.core.compartments.systems import Case, cases, systems

ONE = rate_matrix(1, losses={0: 0.1})
PEAK_ERROR = 1e-9


def peaks(case: Case) -> np.ndarray:
    """The highest amount that each compartment reaches, on a grid that includes the ends of inputs."""
    ends = [i.time if isinstance(i, Bolus) else i.stop for i in case.inputs]
    grid = np.unique(np.concatenate([np.linspace(0, 60, 241), case.times, ends]))
    return simulate_slowly(case.matrix[0], case.inputs, grid).max(axis=1)


def the_general_way(case: Case) -> np.ndarray:
    """As for a crowd: an answer that overwrites another one is never made by the way for a few patients."""
    room = np.empty((case.matrix.shape[1], len(case.times), 1)).transpose(0, 2, 1)
    return simulate(case.matrix, case.inputs, case.times, out=room)


@settings(max_examples=40)
@given(cases())
def test_agrees_with_the_reference_on_generated_courses(case: Case) -> None:
    agrees_with_the_reference(case)


@pytest.mark.thorough
@settings(max_examples=150)
@given(cases())
def test_agrees_with_the_reference_on_many_generated_courses(case: Case) -> None:
    agrees_with_the_reference(case)


def agrees_with_the_reference(case: Case) -> None:
    slow = simulate_slowly(case.matrix[0], case.inputs, case.times)
    for fast in (simulate(case.matrix, case.inputs, case.times), the_general_way(case)):
        assert (np.abs(fast[:, 0] - slow).max(axis=1) <= PEAK_ERROR * peaks(case) + 1e-300).all()


def test_an_impulse_decays_by_its_rate_and_counts_at_its_own_time() -> None:
    x = simulate(ONE, [Bolus(2.0, 10.0)], [0.0, 1.999, 2.0, 12.0])
    np.testing.assert_allclose(x[0, 0], [0, 0, 10, 10 * np.exp(-1)], rtol=1e-14)


def test_an_infusion_rises_to_its_plateau_and_falls() -> None:
    x = simulate(ONE, [ConstantInput(0.0, 5.0, rate=2.0)], [5.0, 15.0])[0, 0]
    top = 2 / 0.1 * (1 - np.exp(-0.5))
    np.testing.assert_allclose(x, [top, top * np.exp(-1)], rtol=1e-14)


def test_equal_rates_in_a_chain_give_the_gamma_curve() -> None:
    k = 0.7
    chain = rate_matrix(4, flows={(i, i + 1): k for i in range(3)}, losses={3: k})
    t = np.linspace(0, 30, 61)
    x = simulate(chain, [Bolus(0.0, 1.0)], t, observe=[3])[0, 0]
    np.testing.assert_allclose(x, (k * t) ** 3 / 6 * np.exp(-k * t), rtol=0, atol=1e-12)


def test_patients_and_outputs_have_the_stated_shape_and_order() -> None:
    both = rate_matrix(2, flows={(0, 1): np.array([0.1, 0.2, 0.3])}, losses={0: 0.2, 1: 0.05})
    x = simulate(both, [Bolus(0.0, np.array([1.0, 2.0, 3.0]))], [0.0, 1.0], observe=[1, 0])
    assert x.shape == (2, 3, 2)
    np.testing.assert_allclose(x[1, :, 0], [1, 2, 3])
    for patient in range(3):
        alone = simulate(both[patient], [Bolus(0.0, patient + 1.0)], [0.0, 1.0], observe=[1, 0])
        np.testing.assert_allclose(x[:, patient], alone[:, 0], rtol=1e-13)


@settings(max_examples=40)
@given(systems(), st.integers(1, 3))
def test_many_patients_give_what_each_gives_alone(matrix: np.ndarray, threads: int) -> None:
    """Different methods for eigenvalues and for close rates serve crowds and single patients."""
    factors = np.linspace(0.5, 2, 200)
    crowd = matrix * factors[:, np.newaxis, np.newaxis]
    course = [ConstantInput(0.0, 1.0, 5.0), Bolus(4.0, 1.0)]
    together = simulate(crowd, course, [0.5, 3.0, 9.0], threads=threads)
    for patient in (0, 99, 199):
        alone = simulate(crowd[patient], course, [0.5, 3.0, 9.0])
        np.testing.assert_allclose(together[:, patient], alone[:, 0], atol=1e-10)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("patients", [1, 999, 4000, 20_000, 20_001])
def test_threads_get_equally_many_chunks_of_equal_size(patients: int, threads: int) -> None:
    chunks = module._chunks(patients, 3000, threads)
    assert [p for chunk in chunks for p in range(chunk.start, chunk.stop)] == list(range(patients))
    sizes = [chunk.stop - chunk.start for chunk in chunks]
    assert max(sizes) <= 3000
    assert max(sizes) - min(sizes) <= 1
    assert len(chunks) % threads == 0 or patients < threads * module.LEAST


def test_chunks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = rate_matrix(1, losses={0: np.linspace(0.1, 1, 50)})
    course = [ConstantInput(0.0, 1.0, np.linspace(1, 2, 50))]
    whole = simulate(crowd, course, [0.5, 2.0])
    monkeypatch.setattr(module, "CHUNK", 7)
    monkeypatch.setattr(module, "LEAST", 3)
    np.testing.assert_array_equal(simulate(crowd, course, [0.5, 2.0]), whole)
    np.testing.assert_array_equal(simulate(crowd, course, [0.5, 2.0], threads=2), whole)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_an_earlier_answer_can_be_overwritten(engine: module.Engine) -> None:
    crowd = rate_matrix(2, flows={(0, 1): np.linspace(0.1, 1, 50)}, losses={0: 0.2, 1: 0.3})
    first = simulate(crowd, [Bolus(0.0, 9.0)], [1.0, 2.0, 3.0], engine=engine)
    again = simulate(crowd, [ConstantInput(1.5, 2.5, 4.0)], [1.0, 2.0, 3.0], engine=engine, out=first)
    assert np.shares_memory(first, again)
    np.testing.assert_array_equal(
        again, simulate(crowd, [ConstantInput(1.5, 2.5, 4.0)], [1.0, 2.0, 3.0], engine=engine)
    )
    for wrong in (np.empty((2, 50, 3)), np.empty((2, 3, 50)), np.empty(3)):
        with pytest.raises(ValueError, match="Pass what an earlier call returned"):
            simulate(crowd, [Bolus(0.0, 9.0)], [1.0, 2.0, 3.0], engine=engine, out=wrong)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_what_nothing_reaches_stays_empty(engine: module.Engine) -> None:
    """The second compartment fills the first and is never given anything itself."""
    upstream = rate_matrix(2, flows={(1, 0): np.full(3, 0.4)}, losses={0: 0.2})
    x = simulate(upstream, [Bolus(0.0, 9.0)], [1.0, 2.0], engine=engine)
    np.testing.assert_allclose(x[0], 9 * np.exp([[-0.2, -0.4]] * 3), rtol=1e-14)
    assert (x[1] == 0).all()
    assert (simulate(upstream, [Bolus(0.0, 9.0)], [1.0, 2.0], observe=[1], engine=engine) == 0).all()


CROWD_COURSE = [ConstantInput(0.5, 2.0, 8.0), Bolus(3.0, 1.0), ConstantInput(5.0, 6.5, 8.0)]
CROWD_TIMES = np.linspace(0, 12, 25)


@cache
def crowd(varied: str) -> tuple[np.ndarray, np.ndarray]:
    """Drug, metabolite and effect site of more patients than are served in one go, and what the reference says of them."""
    several = np.linspace(0.1, 0.3, 17)
    out, lost = (several, 0.25) if varied == "drug" else (0.3, several)
    flows = {(0, 1): out, (1, 0): 0.1, (0, 2): 0.2, (2, 0): 0.05, (0, 3): 0.7, (3, 4): 0.4, (4, 3): 0.2}
    effect = 6.0 if varied != "all" else 20 * several
    body = rate_matrix(6, flows=flows, losses={3: lost, 5: effect}, copies={(0, 5): effect})
    return body, np.stack([simulate_slowly(one, CROWD_COURSE, CROWD_TIMES) for one in body], axis=1)


OBSERVED = [[0], [3], [5], [0, 3, 5], [5, 0], [4, 3], [2, 0, 1, 5, 3, 4]]
# Every combination that is new to the compiled engine costs seconds to compile.
COMPILED = [[3], [0, 3, 5], [2, 0, 1, 5, 3, 4]]


@pytest.mark.parametrize("varied", ["drug", "metabolite", "all"])
@pytest.mark.parametrize(
    ("engine", "observe"), [*(("numpy", one) for one in OBSERVED), *(("numba", one) for one in COMPILED)]
)
@pytest.mark.thorough
def test_whatever_is_observed_is_what_it_is_beside_others(
    observe: list[int], varied: str, engine: module.Engine
) -> None:
    """Modes that are alike in all patients, such as those of an unvaried effect site, are summed apart."""
    body, everything = crowd(varied)
    found = simulate(body, CROWD_COURSE, CROWD_TIMES, observe=observe, engine=engine)
    np.testing.assert_allclose(found, everything[observe], rtol=0, atol=1e-10 * everything.max())


@settings(max_examples=60)
@given(cases())
def test_laws_superposition_and_linearity(case: Case) -> None:
    whole = simulate(case.matrix, case.inputs, case.times)
    parts = sum(simulate(case.matrix, [one], case.times) for one in case.inputs)
    np.testing.assert_allclose(whole, parts, atol=1e-10 * max(1.0, float(np.abs(whole).max())))


@settings(max_examples=60)
@given(systems(), st.floats(0.1, 30))
def test_law_the_state_forgets_how_it_came_about(matrix: np.ndarray, pause: float) -> None:
    """Going on from the amounts at a moment is the same as not having stopped."""
    course = [ConstantInput(0.0, 2.0, 3.0)]
    straight = simulate(matrix, course, [2.0 + pause, 2.0 + pause + 5.0])
    resumed = simulate(matrix, [], [5.0], initial=straight[:, :, 0].T)
    np.testing.assert_allclose(resumed[:, :, 0], straight[:, :, 1], atol=1e-11)


@settings(max_examples=40)
@given(systems())
def test_mass_balance_what_was_given_is_what_left_and_what_is_there(matrix: np.ndarray) -> None:
    """The loss is integrated numerically, so this does not rest on the algebra of the engine."""
    dose, duration, end = 10.0, 2.0, 20.0
    nodes, weights = np.polynomial.legendre.leggauss(40)
    pieces = [(0.0, 1.0), (1.0, 2.0), *[(float(a), a + 1.0) for a in range(2, 20)]]
    times = np.concatenate([0.5 * (b - a) * nodes + 0.5 * (a + b) for a, b in pieces])
    weight = np.concatenate([0.5 * (b - a) * weights for a, b in pieces])
    course = [ConstantInput(0.0, duration, dose / duration)]
    x = simulate(matrix, course, np.append(times, end))[:, 0]
    leaving = -matrix[0].sum(axis=0)  # a copied flow makes this negative: it creates content
    lost = float((weight * (leaving @ x[:, :-1])).sum())
    assert lost + x[:, -1].sum() == pytest.approx(dose, rel=1e-9)


def test_area_is_dose_over_clearance() -> None:
    mixed = rate_matrix(2, flows={(0, 1): 0.3, (1, 0): 0.1}, losses={0: 0.2})
    assert area(mixed, [ConstantInput(0, 2, 5.0), Bolus(7.0, 4.0)])[0, 0] == pytest.approx(14 / 0.2)


def test_a_constant_rate_ends_in_its_steady_state() -> None:
    mixed = rate_matrix(3, flows={(0, 1): 0.3, (1, 0): 0.1, (0, 2): 0.3}, losses={0: 0.2, 2: 0.3})
    late = simulate(mixed, [ConstantInput(0.0, 1e4, 6.0)], [9_999.0])[:, 0, 0]
    np.testing.assert_allclose(constant_rate_state(mixed, [6.0, 0, 0])[0], late, rtol=1e-10)


@pytest.mark.parametrize("exit_rate", [0.05, 0.2, 0.2 * (1 + 1e-9)])
def test_a_cycle_at_steady_state_ends_where_it_began(exit_rate: float) -> None:
    chain = rate_matrix(2, flows={(0, 1): 0.2}, losses={1: exit_rate})
    cycle = [Bolus(0.0, 3.0), ConstantInput(5.0, 6.0, 2.0)]
    steady = periodic_state(chain, cycle, period=24.0)
    np.testing.assert_allclose(simulate(chain, cycle, [24.0], initial=steady)[:, :, 0].T, steady, rtol=1e-10)
    many = simulate(chain, repeated(cycle, every=24.0, count=60), [60 * 24.0])[:, :, 0].T - 0
    np.testing.assert_allclose(many, steady, rtol=1e-9)


def test_a_slow_mode_keeps_its_digits_through_a_short_infusion() -> None:
    """A benefit with a half-life of a year, filled in a minute: no difference of large numbers."""
    slow = np.log(2) / 365
    minute = 1 / 1440
    x = simulate(rate_matrix(1, losses={0: slow}), [ConstantInput(0.0, minute, 1 / minute)], [30.0])[0, 0, 0]
    exact = -np.expm1(-slow * minute) / (slow * minute) * np.exp(-slow * (30 - minute))
    assert x == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        ([[-0.1, np.nan], [0.1, -0.2]], "missing or infinite"),
        ([[-0.1, -0.1], [0.1, -0.2]], "below zero"),
        ([[0.0]], "never leaves"),
        ([[-0.1, 0.1], [0.1, -0.1]], "never leaves"),
        ([[-0.3, 0.0, 0.2], [0.2, -0.3, 0.0], [0.0, 0.2, -0.3]], "loop"),
        ([-0.1, 0.2], "square"),
    ],
)
def test_a_system_outside_the_closed_form_is_refused(matrix: list[object], says: str) -> None:
    with pytest.raises(UnsolvableSystem, match=says):
        simulate(matrix, [Bolus(0, 1.0)], [1.0])


@pytest.mark.parametrize(
    ("inputs", "times", "says"),
    [
        ([Bolus(0, 1.0)], [2.0, 1.0], "1 comes after 2"),
        ([Bolus(0, 1.0)], [np.nan], "missing or infinite"),
        ([Bolus(0, np.nan)], [1.0], "missing or infinite"),
        ([ConstantInput(2.0, 2.0, 1.0)], [1.0], "stops before it starts"),
        ([Bolus(0, 1.0, 3)], [1.0], "compartment 3; there are 1"),
        ([Bolus(0, np.ones(4))], [1.0], "for 1 patients"),
    ],
)
def test_unusable_inputs_and_times_are_refused(inputs: list, times: list[float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        simulate(ONE, inputs, times)


def test_compiled_code_gives_the_same_curves() -> None:
    crowd = rate_matrix(
        4,
        flows={(0, 1): np.geomspace(0.01, 100, 300), (1, 0): 0.3, (0, 2): 0.2},
        losses={0: 0.5, 2: 0.4, 3: 5.0},
        copies={(0, 3): 5.0},
    )
    course = [ConstantInput(0.0, 2 / 3, 50.0), Bolus(48.0, 3.0)]
    times = np.concatenate([[0.0], np.geomspace(1e-6, 2000, 200)])
    plain = simulate(crowd, course, times)
    compiled = simulate(crowd, course, times, engine="numba")
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-12 * plain.max())


@pytest.mark.parametrize("stages", [2, 7, 13])
def test_compiled_code_takes_any_number_of_modes_and_outputs(stages: int) -> None:
    """One kernel covers three outputs and six modes; what is larger is put together from several."""
    exits = np.geomspace(0.1, 2.0, stages)[:, np.newaxis] * np.linspace(0.9, 1.1, 150)
    chain = rate_matrix(
        stages, flows={(i, i + 1): exits[i] for i in range(stages - 1)}, losses={stages - 1: 1.5}
    )
    course = [ConstantInput(1.0, 2.0, np.linspace(1, 9, 150)), Bolus(1.5, 3.0, stages - 1)]
    times = np.linspace(0, 30, 31)
    plain = simulate(chain, course, times)
    compiled = simulate(chain, course, times, engine="numba")
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-10 * plain.max())
