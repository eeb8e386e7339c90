"""Below `/patients/<id>/infusion/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.infusion.views import charting, crew, drug, page, readying, recovering, saved

app_name = "infusion"
urlpatterns = [
    path("", page.page, name="page"),
    path("open/", readying.open_today, name="open"),
    path("identity/", readying.identity, name="identity"),
    path("before/", readying.before, name="before"),
    path("answers/", readying.answers, name="answers"),
    path("reading/", readying.reading, name="reading"),
    path("release/", readying.release, name="release"),
    path("start/", readying.start, name="start"),
    path("chart/", charting.chart_entry, name="chart"),
    path("key/<uuid:session_id>/", saved.key, name="key"),
    path("draw/", drug.draw, name="draw"),
    path("waste/", drug.waste, name="waste"),
    path("end/", charting.end, name="end"),
    path("recovery/", recovering.page, name="recovery"),
    path("recovery/look/", recovering.look, name="look"),
    path("recovery/discharge/", recovering.sign, name="discharge"),
    path("recovery/discharge.pdf", recovering.pdf, name="discharge-pdf"),
    path("crew/", crew.page, name="crew"),
]
