"""The slow, obvious scorer: one function a scale, written from the publications, reading none of the data files.

`a` holds the stored answers by item number; a missing answer is absent. Each function returns the total or None.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction

Answers = dict[int, int]


def complete(a: Answers, items: Iterable[int]) -> list[int] | None:
    values = [a.get(i) for i in items]
    return None if None in values else [v for v in values if v is not None]


def summed(n: int) -> Callable[[Answers], Fraction | None]:
    def total(a: Answers) -> Fraction | None:
        values = complete(a, range(1, n + 1))
        return None if values is None else Fraction(sum(values))

    return total


def half_up(x: Fraction) -> int:
    whole = x.numerator // x.denominator
    return whole + 1 if x - whole >= Fraction(1, 2) else whole


def peg(a: Answers) -> Fraction | None:
    values = complete(a, (1, 2, 3))
    return None if values is None else Fraction(half_up(Fraction(sum(values) * 10, 3)), 10)


def gad7(a: Answers) -> Fraction | None:
    values = [a[i] for i in range(1, 8) if i in a]
    if len(values) < 6:
        return None
    return Fraction(half_up(Fraction(sum(values) * 7, len(values))))


def phq9_prorated(a: Answers) -> Fraction | None:
    values = [a[i] for i in range(1, 10) if i in a]
    if len(values) < 7 or 9 not in a:
        return None
    return Fraction(half_up(Fraction(sum(values) * 9, len(values))))


CLUSTERS = {"B": range(1, 6), "C": range(6, 8), "D": range(8, 15), "E": range(15, 21)}


def pcl5_clusters(a: Answers) -> dict[str, int] | None:
    if sum(i not in a for i in range(1, 21)) > 3:
        return None
    found = {}
    for name, items in CLUSTERS.items():
        values = [a[i] for i in items if i in a]
        if len(values) < len(items) - 1:
            return None
        found[name] = half_up(Fraction(sum(values) * len(items), len(values)))
    return found


def pcl5(a: Answers) -> Fraction | None:
    clusters = pcl5_clusters(a)
    return None if clusters is None else Fraction(sum(clusters.values()))


def pcl5_pattern(a: Answers) -> str:
    """Try every completion of what each cluster lacks: yes or no when all agree."""
    verdicts = []
    for name, needed in (("B", 1), ("C", 1), ("D", 2), ("E", 2)):
        high = sum(a.get(i, 0) >= 2 for i in CLUSTERS[name])
        open_ = sum(i not in a for i in CLUSTERS[name])
        verdicts.append({high + extra >= needed for extra in range(open_ + 1)})
    if any(v == {False} for v in verdicts):
        return "no"
    return "yes" if all(v == {True} for v in verdicts) else "undetermined"


def qids(a: Answers) -> Fraction | None:
    total = 0
    for domain in ((1, 2, 3, 4), (5,), (6, 7, 8, 9), (10,), (11,), (12,), (13,), (14,), (15, 16)):
        values = [a[i] for i in domain if i in a]
        if not values:
            return None
        total += max(values)
    return Fraction(total)


def dast10(a: Answers) -> Fraction | None:
    values = complete(a, range(1, 11))
    if values is None:
        return None
    return Fraction(sum(1 - v if i == 3 else v for i, v in enumerate(values, 1)))


def shaps(a: Answers) -> Fraction | None:
    values = complete(a, range(1, 15))
    return None if values is None else Fraction(sum(v in (0, 1) for v in values))


def shaps56(a: Answers) -> Fraction | None:
    values = complete(a, range(1, 15))
    return None if values is None else Fraction(sum(4 - v for v in values))


def madrss27(a: Answers) -> Fraction | None:
    values = complete(a, range(1, 10))
    return None if values is None else sum((Fraction(v, 2) for v in values), Fraction())


def bpi_mean(a: Answers, items: range, needs: int) -> Fraction | None:
    values = [a[i] for i in items if i in a]
    if len(values) < needs:
        return None
    return Fraction(half_up(Fraction(sum(values) * 100, len(values))), 100)


TOTALS: dict[str, Callable[[Answers], Fraction | None]] = {
    "activation_check": summed(4),
    "aldrete": summed(5),
    "asrm": summed(5),
    "audit": summed(10),
    "auditc": summed(3),
    "bpicss": summed(8),
    "cadss": summed(23),
    "cadss6": summed(6),
    "craving_check": summed(1),
    "daily_anxiety": summed(1),
    "daily_mood": summed(1),
    "dast10": dast10,
    "detached": summed(1),
    "gad7": gad7,
    "global_change": summed(1),
    "icpi": summed(4),
    "icsi": summed(4),
    "madrs": summed(10),
    "madrs24": summed(10),
    "madrss": summed(9),
    "madrss27": madrss27,
    "mdq": summed(13),
    "nrs": summed(1),
    "nrs_average": summed(1),
    "nrs_worst": summed(1),
    "ocir": summed(18),
    "padss": summed(5),
    "pcl5": pcl5,
    "peg": peg,
    "phq2": summed(2),
    "phq9": summed(9),
    "qidssr16": qids,
    "sedation_level": summed(1),
    "shaps": shaps,
    "shaps56": shaps56,
    "stopbang": summed(8),
    "wsas": summed(5),
    "ymrs": summed(11),
    "ybocs": summed(10),
    "ybocssr": summed(10),
}

WITHOUT_TOTAL = {"bpisf", "cssrs_screener", "ketamine_use_check", "suicide_check", "urinary_check"}

# The highest total of each band and its label, from below.
BANDS: dict[str, list[tuple[int, str]]] = {
    "phq9": [(4, "minimal"), (9, "mild"), (14, "moderate"), (19, "moderately severe"), (27, "severe")],
    "gad7": [(4, "minimal"), (9, "mild"), (14, "moderate"), (21, "severe")],
    "qidssr16": [(5, "none"), (10, "mild"), (15, "moderate"), (20, "severe"), (27, "very severe")],
    "madrs": [(6, "no symptoms"), (19, "mild"), (34, "moderate"), (60, "severe")],
    "madrs24": [(6, "no symptoms"), (19, "mild"), (34, "moderate"), (60, "severe")],
    "ybocs": [(7, "subclinical"), (15, "mild"), (23, "moderate"), (31, "severe"), (40, "extreme")],
    "ybocssr": [(7, "subclinical"), (15, "mild"), (23, "moderate"), (31, "severe"), (40, "extreme")],
    "audit": [(7, "below the first cut"), (15, "8 to 15"), (19, "16 to 19"), (40, "20 or more")],
    "dast10": [(0, "none reported"), (2, "low"), (5, "moderate"), (8, "substantial"), (10, "severe")],
    "wsas": [(9, "below 10"), (20, "10 to 20"), (40, "above 20")],
}

# The stored answers that exist, for scales where they are not 0 to the same maximum on every item.
RANGES: dict[str, list[range | tuple[int, ...]]] = {
    "activation_check": [range(2)] * 4,
    "aldrete": [range(3)] * 5,
    "asrm": [range(5)] * 5,
    "audit": [range(5)] * 8 + [(0, 2, 4)] * 2,
    "auditc": [range(5)] * 3,
    "bpicss": [*[range(5)] * 7, range(11)],
    "cadss": [range(5)] * 23,
    "cadss6": [range(5)] * 6,
    "craving_check": [range(11)],
    "daily_anxiety": [range(11)],
    "daily_mood": [range(11)],
    "dast10": [range(2)] * 2 + [(1, 0)] + [range(2)] * 7,
    "detached": [range(11)],
    "gad7": [range(4)] * 7,
    "global_change": [range(1, 8)],
    "icpi": [range(5)] * 4,
    "icsi": [range(6)] * 4,
    "madrs": [range(7)] * 10,
    "madrs24": [range(7)] * 10,
    "madrss": [range(7)] * 9,
    "madrss27": [range(7)] * 9,
    "mdq": [range(2)] * 13,
    "nrs": [range(11)],
    "nrs_average": [range(11)],
    "nrs_worst": [range(11)],
    "ocir": [range(5)] * 18,
    "padss": [range(3)] * 5,
    "pcl5": [range(5)] * 20,
    "peg": [range(11)] * 3,
    "phq2": [range(4)] * 2,
    "phq9": [range(4)] * 9,
    "qidssr16": [range(4)] * 16,
    "sedation_level": [range(6)],
    "shaps": [range(4)] * 14,
    "shaps56": [range(4)] * 14,
    "stopbang": [range(2)] * 8,
    "wsas": [range(9)] * 5,
    "ymrs": [*[range(5)] * 4, *[range(9)] * 2, range(5), *[range(9)] * 2, *[range(5)] * 2],
    "ybocs": [range(5)] * 10,
    "ybocssr": [range(5)] * 10,
}


def band(instrument: str, total: Fraction) -> str | None:
    return next((label for most, label in BANDS.get(instrument, ()) if total <= most), None)


def ladder(instrument: str) -> Iterable[Answers]:
    """Forms that climb from all lowest answers to all highest, one step on one item at a time, forwards and backwards.

    Every total of a sum is reached twice, by different answers.
    """
    ranges = [list(r) for r in RANGES[instrument]]
    for order in (range(len(ranges)), reversed(range(len(ranges)))):
        form = {n + 1: r[0] for n, r in enumerate(ranges)}
        yield dict(form)
        for index in order:
            for value in ranges[index][1:]:
                form[index + 1] = value
                yield dict(form)


def every_form(instrument: str, *, with_missing: bool) -> Iterable[Answers]:
    """All forms there can be; only for short scales."""
    options = [[*r, *([None] if with_missing else [])] for r in RANGES[instrument]]
    for values in itertools.product(*options):
        yield {n: v for n, v in enumerate(values, 1) if v is not None}
