"""Below `/patients/<id>/booking/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.booking.views import feeds, huddle, preparing, series, visit

app_name = "booking"
urlpatterns = [
    path("", series.page, name="page"),
    path("book/", series.accept, name="book"),
    path("repair/", series.repaired, name="repair"),
    path("surplus/", series.surplus, name="surplus"),
    path("other/", series.other, name="other"),
    path("rescue/", series.rescue, name="rescue"),
    path("calendar/", feeds.give, name="feed"),
    path("calendar/end/", feeds.end, name="feed-end"),
    path("visits/<uuid:appointment_id>/", visit.page, name="visit"),
    path("veins/", huddle.veins, name="veins"),
    path("medicines/", preparing.medicines, name="medicines"),
    path("visits/<uuid:appointment_id>/link/", preparing.give_link, name="link"),
    path("visits/<uuid:appointment_id>/move/", visit.move, name="move"),
    path("visits/<uuid:appointment_id>/elsewhere/", visit.move_other, name="move-other"),
    path("visits/<uuid:appointment_id>/end/", visit.end, name="end"),
    path("visits/<uuid:appointment_id>/check/", visit.check, name="check"),
    path("visits/<uuid:appointment_id>/late/", visit.late, name="late"),
]
