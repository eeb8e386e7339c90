"""Pages about one patient's intake, below `/patients/<id>/intake/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.intake.views import (
    consent,
    decision,
    history,
    measurements,
    overview,
    tests,
    visits,
)

app_name = "intake"
urlpatterns = [
    path("", overview.overview, name="page"),
    path("history/", history.whole, name="history-whole"),
    path("history/<slug:step_id>/", history.history, name="history"),
    path("measurements/", measurements.measurements, name="measurements"),
    path("measurements/<uuid:reading>/strike/", measurements.strike, name="strike"),
    path("tests/", tests.tests, name="tests"),
    path("tests/<uuid:result>/strike/", tests.strike, name="strike-result"),
    path("tests/ask/", tests.ask, name="ask-test"),
    path("visits/", visits.visits, name="visits"),
    path("consent/", consent.consent, name="consent"),
    path("consent/withdraw/", consent.withdraw, name="withdraw-consent"),
    path("consent/withdraw-photographs/", consent.withdraw_photographs, name="withdraw-photographs"),
    path("decision/", decision.decision, name="decision"),
    path("decision/judgements/", decision.judgements, name="judgements"),
]
