from __future__ import annotations

from django.urls import path

from tenuto.clinic.plan.views import comfort, documents, page, versions, visits

app_name = "plan"
urlpatterns = [
    path("", page.page, name="page"),
    path("plan.pdf", page.pdf, name="pdf"),
    path("series.ics", page.calendar, name="calendar"),
    path("comfort/", comfort.comfort, name="comfort"),
    path("visits/", visits.visits, name="visits"),
    path("visits/record/", visits.record, name="visit-record"),
    path("visits/strike/", visits.strike, name="visit-strike"),
    path("visits/order/", visits.order, name="visit-order"),
    path("draft/", versions.draft, name="draft"),
    path("versions/<uuid:version_id>/", versions.version, name="version"),
    path("versions/<uuid:version_id>/plan.pdf", documents.pdf, name="version-pdf"),
    path("versions/<uuid:version_id>/series.ics", documents.calendar, name="version-calendar"),
    path("versions/<uuid:version_id>/sign/", versions.sign, name="sign"),
    path("versions/<uuid:version_id>/exception/", versions.exception, name="exception"),
    path("versions/<uuid:version_id>/look-again/", versions.look_again, name="look-again"),
    path("versions/<uuid:version_id>/withdraw/", versions.withdraw, name="withdraw"),
]
