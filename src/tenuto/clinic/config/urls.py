"""Every address of the clinic, by the app that answers it."""

from __future__ import annotations

from django.urls import include, path

from tenuto.clinic.ui.views import forbidden, not_found, server_error

urlpatterns = [
    path("", include("tenuto.clinic.desk.urls")),
    path("", include("tenuto.clinic.people.urls")),
    path("", include("tenuto.clinic.people.account_urls")),
    path("", include("tenuto.clinic.live.urls")),
    path("", include("tenuto.clinic.ports.urls")),
    path("", include("tenuto.clinic.links.urls")),
    path("", include("tenuto.clinic.policies.urls")),
    path("", include("tenuto.clinic.portal.urls")),
    path("", include("tenuto.clinic.ui.urls")),
    path("", include("tenuto.clinic.intake.enquiry_urls")),
    path("patients/<uuid:patient_id>/intake/", include("tenuto.clinic.intake.urls")),
    path("patients/<uuid:patient_id>/plan/", include("tenuto.clinic.plan.urls")),
    path("interop/", include("tenuto.clinic.interop.urls")),
]
handler403 = forbidden
handler404 = not_found
handler500 = server_error
