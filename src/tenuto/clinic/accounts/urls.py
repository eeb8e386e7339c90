from __future__ import annotations

from django.urls import path

from tenuto.clinic.accounts import confirming_views, invitation_views, lock, staff_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("lock/", lock.lock, name="lock"),
    path("unlock/", lock.unlock, name="unlock"),
    path("sign-in/known/", views.sign_in_known, name="sign-in-known"),
    path("here/", lock.here, name="here"),
    path("set-up/", staff_views.set_up_page, name="set-up"),
    path("staff/", staff_views.staff_page, name="staff"),
    path("staff/add/", staff_views.employ, name="staff-add"),
    path("staff/words/", staff_views.words, name="clinic-words"),
    path("staff/zone/", staff_views.zone, name="clinic-zone"),
    path("staff/<int:staff_id>/confirm/", confirming_views.confirm_colleague, name="staff-confirm"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("staff/<int:staff_id>/", staff_views.change, name="staff-change"),
]
