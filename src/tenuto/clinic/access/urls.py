from __future__ import annotations

from django.urls import path

from tenuto.clinic.access import audit_views, glass_views, restricting_views

app_name = "access"
urlpatterns = [
    path("audit/", audit_views.audit, name="audit"),
    path("audit/reviewed/", audit_views.mark_reviewed, name="audit-reviewed"),
    path("audit/glass/<uuid:glass_id>/", glass_views.glass_page, name="glass"),
    path("printed/", audit_views.printed, name="printed"),
    path("patients/<uuid:patient_id>/access/", restricting_views.access_page, name="record"),
    path("patients/<uuid:patient_id>/access/restrict/", restricting_views.restrict, name="restrict"),
    path("patients/<uuid:patient_id>/access/care-team/", restricting_views.care_team, name="care-team"),
    path("patients/<uuid:patient_id>/break-glass/", glass_views.break_glass_page, name="break-glass"),
]
