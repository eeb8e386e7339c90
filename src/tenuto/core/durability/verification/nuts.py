"""The same model sampled in full with NumPyro's NUTS: slow, and the yardstick of the weighted draws.

Written apart from the fast path on purpose: the compartments are stepped by their own closed form in JAX, so that an
error in one of the two shows. Needs the extra `tenuto[calibrate]`; the clinic never imports this.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tenuto.core.durability.course import CourseStanding, Definitions, State
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.outlook import Ahead
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import PopulationFit
from tenuto.core.durability.posterior import Effort, posterior
from tenuto.core.durability.survival import ResponseCurve
from tenuto.core.durability.verification.sbc import SCHEDULED
from tenuto.core.durability.verification.synthetic import KnownPatient, draw_case, the_law

__all__ = [
    "LEVELS",
    "agree",
    "cases",
    "curve_fast",
    "gap",
    "quantiles_fast",
    "quantiles_nuts",
    "r_hat",
    "sample",
]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
LN2 = math.log(2)


def cases(fit: PopulationFit, rules: Definitions, count: int, seed: int = 20) -> list[KnownPatient]:
    """The first `count` varied patients of the prior who have not lost response yet and improved by at least a third."""
    found: list[KnownPatient] = []
    number = 0
    while len(found) < count:
        case = draw_case(fit, rules, SCHEDULED, np.random.default_rng([seed, number]))
        number += 1
        scores = case.evidence.scores
        if case.run < rules.scores_in_row and min(scores[2:]) <= 0.67 * scores[1] and len(scores) <= 40:
            found.append(case)
    return found


def _curve(
    case: KnownPatient, fit: PopulationFit, rules: Definitions, latent: Floats, weights: Floats
) -> ResponseCurve:
    model, _, measure = the_law(fit)
    standing = CourseStanding(State.RESPONDING, math.nan, case.line, case.run, drifting=False)
    last = case.evidence.days[-1]
    expected, walk = model.through(PatientParameters.from_latent(latent), case.evidence.infusions, [last])
    walk.to(float(case.start))
    last_error = case.evidence.scores[-1] - expected[0]
    ahead = Ahead(
        weights, ErrorOfScale.of(measure), standing, rules, case.start, last_error, case.start - last
    )
    return ahead.follow(walk, SCHEDULED * rules.every_days)[1]


def quantiles_fast(
    case: KnownPatient, fit: PopulationFit, rules: Definitions, effort: Effort | None = None
) -> list[float | None]:
    """Days to loss at `LEVELS` from the weighted draws; None beyond the horizon."""
    curve = curve_fast(case, fit, rules, effort)
    return [curve.day_of_risk(level) for level in LEVELS]


def curve_fast(
    case: KnownPatient, fit: PopulationFit, rules: Definitions, effort: Effort | None = None
) -> ResponseCurve:
    """Share still responding, from the weighted draws."""
    model, law, measure = the_law(fit)
    found = posterior(model, law, ErrorOfScale.of(measure), case.evidence, effort)
    return _curve(case, fit, rules, found.latent, found.weights)


def quantiles_nuts(
    case: KnownPatient, fit: PopulationFit, rules: Definitions, latent: Floats
) -> list[float | None]:
    """The same from draws of the sampler, shape (n, 9)."""
    curve = _curve(case, fit, rules, latent, np.full(len(latent), 1 / len(latent)))
    return [curve.day_of_risk(level) for level in LEVELS]


_DAYS, _SHARE = 1.0, 0.05
"""What two quantiles may differ by and agree: so many days or this share of the larger, whichever is more."""


def agree(one: Sequence[float | None], other: Sequence[float | None]) -> bool:
    """True when every quantile is within 5 % or 1 day, or both lie beyond the horizon."""
    return gap(one, other) <= 1


def gap(one: Sequence[float | None], other: Sequence[float | None]) -> float:
    """The largest difference of two quantiles, as a share of what is allowed."""
    return max(_gap(a, b) for a, b in zip(one, other, strict=True))


def _gap(a: float | None, b: float | None) -> float:
    if a is None and b is None:
        return 0.0
    # The horizon itself is a value too: 363 days against "beyond 364" is no disagreement.
    days = [float(SCHEDULED * 7) if day is None else day for day in (a, b)]
    return abs(days[0] - days[1]) / max(_DAYS, _SHARE * max(days))


def _events(case: KnownPatient) -> list[tuple[float, ...]]:
    """The course event by event: days since the event before, infusion or not, dose, score, days since the first
    infusion and since the last score."""
    rows = [(d, 0.0, 0.0, s) for d, s in zip(case.evidence.days, case.evidence.scores, strict=True)]
    rows += [(i.day, 1.0, i.dose, math.nan) for i in case.evidence.infusions]
    rows.sort(key=lambda r: (r[0], r[1]))
    first = case.evidence.infusions[0].day
    days = [rows[0][0], *(r[0] for r in rows)]
    gaps = [b - a for a, b in itertools.pairwise(days)]
    scored = [-math.inf, *case.evidence.days]
    since_score = [day - max(d for d in scored if d < day) for day, *_ in rows]
    return [
        (gap, *rest, day - first, since)
        for gap, (day, *rest), since in zip(gaps, rows, since_score, strict=True)
    ]


_NOTHING = (0.0, 0.0, 0.0, math.nan, 0.0, math.inf)
"""An event in which no time passes and nothing is done or seen: fills up the shorter courses."""


def _table(cases: Sequence[KnownPatient]) -> Floats:
    """All courses side by side, shape (events, 6, patients)."""
    courses = [_events(case) for case in cases]
    longest = max(map(len, courses))
    filled = [course + [_NOTHING] * (longest - len(course)) for course in courses]
    return np.array(filled).transpose(1, 2, 0)


def sample(
    fit: PopulationFit, cases: Sequence[KnownPatient], *, warmup: int, draws: int, chains: int, seed: int
) -> Floats:
    """Draws of each patient's coordinates, shape (patients, chains, draws, 9).

    The patients are independent and are sampled together: one compilation, one pass through the events for all.
    """
    import jax
    import jax.numpy as jnp
    import numpyro
    from jax.scipy.special import log_ndtr
    from numpyro import distributions as dist
    from numpyro.infer import MCMC, NUTS

    jax.config.update("jax_enable_x64", True)
    _, law, measure = the_law(fit)
    root = np.linalg.cholesky(law.covariance + 1e-9 * np.eye(len(law.mean)))
    population = fit.population
    half, headroom = population["dose_half"], population["headroom"]
    onset, years, passage = LN2 / population["onset_days"], math.log(population["durable_days"]), 0.1
    fading, growing = population["expectancy_half_life"], population["growth_half_time"]
    daily, depth = population["error_correlation"], population["depth"]
    sd, low, high = measure.error_sd, measure.lowest, measure.highest
    events = jnp.asarray(_table(cases))
    names = [f"z{k}" for k in range(len(cases))]

    def worth(dose: Any) -> Any:
        return (dose**2 / (dose**2 + half**2)) / (0.5**2 / (0.5**2 + half**2))

    def log_probability(expected: Any, score: Any, kept: Any) -> Any:
        own = sd * jnp.sqrt(1 - kept**2)
        inside = dist.Normal(expected, jnp.sqrt(own**2 + 1 / 12)).log_prob(score)
        bottom = log_ndtr((low + 0.5 - expected) / own)
        top = log_ndtr((expected - high + 0.5) / own)
        return jnp.where(score <= low, bottom, jnp.where(score >= high, top, inside))

    def courses() -> None:
        prior = dist.Normal(0, 1).expand([len(law.mean)]).to_event(1)
        z = jnp.stack([numpyro.sample(name, prior) for name in names])
        log_gain, log_fast, log_extra, logit, expectancy, log_baseline, drift, growth, durable = (
            law.mean + z @ root.T
        ).T
        gain, baseline, transfer = jnp.exp(log_gain), jnp.exp(log_baseline), 1 / (1 + jnp.exp(-logit))
        fast_half = jnp.maximum(jnp.exp(log_fast), 0.5)
        durable_share = 1 / (1 + jnp.exp(-durable / passage))
        lasting_log = log_extra + durable_share * jnp.maximum(years - log_extra, 0)
        slow_half = fast_half + jnp.maximum(jnp.exp(lasting_log), 0.01 * fast_half)

        def step(carry: Any, event: Any) -> Any:
            waiting, quick, lasting, given, latest, last_error, total = carry
            gap, infusion, dose, score, since, since_score = event
            stretch = jnp.exp(drift * jnp.maximum(given - 1, 0) / 10)
            a, f, s = onset / stretch, LN2 / (fast_half * stretch), LN2 / (slow_half * stretch)
            ea, ef, es = jnp.exp(-a * gap), jnp.exp(-f * gap), jnp.exp(-s * gap)
            passing, into = transfer * f, a / (a - f)
            now_lasting = (
                lasting * es
                + quick * passing * (es - ef) / (f - s)
                + waiting * passing * into * ((es - ef) / (f - s) - (es - ea) / (a - s))
            )
            now_quick = quick * ef + waiting * into * (ef - ea)
            now_waiting = waiting * ea
            left = jnp.where(since > 0, 2.0 ** (-since / fading), 0.0)
            growth_days = jnp.minimum(since, latest + 7.0)
            grown = jnp.where(since > 0, 1 - 2.0 ** (-growth_days / growing), 0.0)
            context = expectancy * left + growth * grown
            benefit = now_quick + now_lasting + context
            expected = baseline * jnp.exp(-benefit - depth * jnp.maximum(benefit, 0) ** 2)
            seen, scored = jnp.where(jnp.isnan(score), low, score), ~jnp.isnan(score)
            kept = jnp.where(jnp.isinf(since_score), 0.0, daily**since_score)
            total += jnp.where(scored, log_probability(expected + kept * last_error, seen, kept), 0.0)
            last_error = jnp.where(scored, seen - expected, last_error)
            room = jnp.maximum(gain - (now_waiting + now_quick) / (1 + headroom), 0)
            now_waiting += infusion * worth(dose) * room
            latest = jnp.where(infusion > 0, since, latest)
            return (now_waiting, now_quick, now_lasting, given + infusion, latest, last_error, total), None

        nothing = jnp.zeros(len(cases))
        (*_, total), _ = jax.lax.scan(step, (nothing,) * 7, events)
        numpyro.factor("scores", total.sum())

    mcmc = MCMC(
        NUTS(courses, dense_mass=[(name,) for name in names], max_tree_depth=7),
        num_warmup=warmup,
        num_samples=draws,
        num_chains=chains,
        chain_method="vectorized",
        progress_bar=False,
    )
    mcmc.run(jax.random.PRNGKey(seed))
    found = mcmc.get_samples(group_by_chain=True)
    points = np.stack([np.asarray(found[name]) for name in names])
    sampled: Floats = law.mean + points @ root.T
    return sampled


def r_hat(draws: Floats) -> float:
    """Worst split R-hat over the coordinates; `draws` (chains, draws, coordinates). Near 1 when the chains have mixed."""
    chains, count, size = draws.shape
    halves = draws[:, : count // 2 * 2].reshape(chains * 2, count // 2, size)
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    return float(np.sqrt((count // 2 - 1) / (count // 2) + between / within).max())
