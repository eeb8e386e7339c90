from __future__ import annotations

from django.urls import path

from tenuto.clinic.portal.views import completeness, own, passport, reading, today

app_name = "portal"
urlpatterns = [
    path("how-long/", reading.how_long, name="how-long"),
    path("leaflets/", reading.leaflet_list, name="leaflets"),
    path("leaflets/corrected/", reading.corrected, name="corrected"),
    path("leaflets/<str:leaflet_id>/", reading.leaflet_page, name="leaflet"),
    path("today/", today.today, name="today"),
    path("today/answer/", today.answer, name="answer"),
    path("today/heard/", today.heard, name="heard"),
    path("today/mine/", own.mine, name="mine"),
    path("today/words/", own.words, name="words"),
    path("today/support/", own.support_agree, name="support-agree"),
    path("today/support/<uuid:link_id>/back/", own.support_take_back, name="support-take-back"),
    path("support/", own.support, name="support"),
    path("today/passport.pdf", passport.own_pdf, name="own-passport"),
    path("today/passport.json", passport.own_fhir, name="own-passport-fhir"),
    path("patients/<uuid:patient_id>/passport.pdf", passport.staff_pdf, name="passport"),
    path("patients/<uuid:patient_id>/passport.json", passport.staff_fhir, name="passport-fhir"),
    path("scores/", completeness.scores, name="scores"),
]
