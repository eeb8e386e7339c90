"""Below `/patients/<id>/outcomes/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.outcomes.views import ending, happening, letters, long_term, page

app_name = "outcomes"
urlpatterns = [
    path("", page.page, name="page"),
    path("review/", page.review, name="review"),
    path("missed/", happening.missed, name="missed"),
    path("event/", happening.event, name="event"),
    path("ending/", ending.page, name="ending"),
    path("ending/taper/", ending.taper, name="taper"),
    path("ending/complete/", ending.complete, name="complete"),
    path("ending/resume/", ending.resume, name="resume"),
    path("ending/plan-visits/", ending.plan_visits, name="plan-visits"),
    path("ending/visit/", ending.visit, name="beside-visit"),
    path("letters/", letters.page, name="letters"),
    path("letters/sign/", letters.sign, name="sign-letter"),
    path("letters/<uuid:letter_id>.pdf", letters.pdf, name="letter"),
    path("checks/", long_term.page, name="checks"),
    path("checks/<slug:kind>/", long_term.record, name="record-check"),
    path("checks/<slug:kind>/go-on/", long_term.go_on, name="go-on-despite"),
]
