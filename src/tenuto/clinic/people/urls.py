from __future__ import annotations

from django.urls import path

from tenuto.clinic.people import access_views, audit_views, lock, patient_views, staff_views, views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("lock/", lock.lock, name="lock"),
    path("unlock/", lock.unlock, name="unlock"),
    path("here/", lock.here, name="here"),
    path("audit/", audit_views.audit, name="audit"),
    path("audit/reviewed/", audit_views.mark_reviewed, name="audit-reviewed"),
    path("printed/", audit_views.printed, name="printed"),
    path("patients/<uuid:patient_id>/person/", patient_views.person, name="person"),
    path("patients/<uuid:patient_id>/person/amend/", patient_views.amend, name="amend"),
    path("patients/<uuid:patient_id>/person/contact/", patient_views.contact, name="contact"),
    path("patients/<uuid:patient_id>/person/support/", patient_views.support, name="support"),
    path("patients/<uuid:patient_id>/access/", access_views.access_page, name="access"),
    path("patients/<uuid:patient_id>/access/restrict/", access_views.restrict, name="restrict"),
    path("patients/<uuid:patient_id>/access/care-team/", access_views.care_team, name="care-team"),
    path("staff/", staff_views.staff_page, name="staff"),
    path("staff/add/", staff_views.employ, name="staff-add"),
    path("staff/words/", staff_views.words, name="clinic-words"),
    path("staff/<int:staff_id>/", staff_views.change, name="staff-change"),
]
