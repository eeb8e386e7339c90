from __future__ import annotations

from django.urls import path

from tenuto.clinic.plan import comfort_views, document_views, version_views, views, visit_views

app_name = "plan"
urlpatterns = [
    path("", views.page, name="page"),
    path("plan.pdf", views.pdf, name="pdf"),
    path("series.ics", views.calendar, name="calendar"),
    path("comfort/", comfort_views.comfort, name="comfort"),
    path("visits/", visit_views.visits, name="visits"),
    path("visits/record/", visit_views.record, name="visit-record"),
    path("visits/order/", visit_views.order, name="visit-order"),
    path("draft/", version_views.draft, name="draft"),
    path("versions/<uuid:version_id>/", version_views.version, name="version"),
    path("versions/<uuid:version_id>/plan.pdf", document_views.pdf, name="version-pdf"),
    path("versions/<uuid:version_id>/series.ics", document_views.calendar, name="version-calendar"),
    path("versions/<uuid:version_id>/sign/", version_views.sign, name="sign"),
    path("versions/<uuid:version_id>/exception/", version_views.exception, name="exception"),
    path("versions/<uuid:version_id>/look-again/", version_views.look_again, name="look-again"),
    path("versions/<uuid:version_id>/withdraw/", version_views.withdraw, name="withdraw"),
]
