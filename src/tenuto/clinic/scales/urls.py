"""Pages about one patient's scales, below `/patients/<id>/scales/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.scales.views import asked, call, paper, scales, triage

app_name = "scales"
urlpatterns = [
    path("", scales.scales, name="scales"),
    path("ask/", asked.ask, name="ask"),
    path("ask/<uuid:link_id>/take-back/", asked.take_back, name="take-back"),
    path("call/", call.call, name="call"),
    path("paper/", paper.paper, name="paper"),
    path("strike/<uuid:form_id>/", scales.strike, name="strike"),
    path("triage/", triage.triage, name="triage"),
    path("<slug:instrument_id>/", scales.form, name="scale"),
]
