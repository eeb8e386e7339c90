"""Ways to place one series: each passes the check, each is different, and none is shorter than the earliest."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from tenuto.core.scheduling.options import OptionKind, series_options
from tenuto.core.scheduling.verify import verify
from tests.core.scheduling.cases import asking, at, clinic, dates, periods


@given(periods())
def test_every_option_passes_the_check(period):
    for request in period.requests:
        alone = replace(period, requests=(request,))
        before = set(verify(alone, ()))
        found = series_options(alone, request, comes_anyway=[day.date for day in period.days[:2]])
        assert len({each.visits for each in found}) == len(found)
        for option in found:
            assert set(verify(alone, option.visits)) <= before
            assert 0 < len(option.visits) <= request.count
            assert all(
                visit.start >= request.earliest and visit.end <= request.latest for visit in option.visits
            )


@given(periods())
def test_the_steadiest_is_as_whole_as_the_earliest_and_has_one_hour(period):
    for request in period.requests:
        found = {
            kind: option.visits
            for option in series_options(replace(period, requests=(request,)), request)
            for kind in option.kinds
        }
        if OptionKind.STEADIEST in found:
            steady = found[OptionKind.STEADIEST]
            assert len(steady) >= len(found[OptionKind.EARLIEST])
            assert len({visit.start.astimezone(period.zone).time() for visit in steady}) == 1


def test_one_who_comes_anyway_makes_no_further_trip():
    days = dates(5)
    request = asking("ana", days, count=2)
    period = clinic(days, request)
    (early, *_) = series_options(period, request, comes_anyway=[days[2], days[4]])
    assert OptionKind.EARLIEST in early.kinds
    fewest = next(
        each
        for each in series_options(period, request, comes_anyway=[days[2], days[4]])
        if OptionKind.FEWEST_TRIPS in each.kinds
    )
    assert [visit.start.date() for visit in fewest.visits] == [days[2], days[4]]


def test_nothing_free_is_no_option():
    days = dates(2)
    request = asking("ana", days, count=1)
    period = clinic(days, request)
    late = replace(request, earliest=at(days[1], 20), latest=at(days[1], 21))
    assert series_options(replace(period, requests=(late,)), late) == ()
