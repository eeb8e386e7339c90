"""Pages of booking that are about the whole clinic."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.booking.views import feeds, filling, huddle, messages, own, setup, week

app_name = "bookings"
urlpatterns = [
    path("bookings/week/", week.page, name="week"),
    path("bookings/setup/", setup.page, name="setup"),
    path("bookings/huddle/", huddle.page, name="huddle"),
    path("bookings/huddle/huddle.pdf", huddle.pdf, name="huddle-pdf"),
    path("bookings/free/", filling.freed, name="freed"),
    path("bookings/free/<uuid:freed_id>/", filling.freed_one, name="freed-one"),
    path("bookings/free/<uuid:freed_id>/offer/", filling.give, name="give"),
    path("bookings/calendar/", feeds.own, name="feeds"),
    path("bookings/calendar/address/", feeds.own_given, name="feed-given"),
    path("bookings/calendar/<uuid:feed_id>/end/", feeds.own_end, name="feed-end"),
    path("feed/<str:token>/visits.ics", feeds.feed, name="feed"),
    path("visit/preparation/calendar/", feeds.patients_own, name="own-feed"),
    path("bookings/messages/", messages.page, name="messages"),
    path("bookings/messages/<int:number>/again/", messages.again, name="message-again"),
    path("visit/offer/", filling.offered, name="offer"),
    path("visit/offer/answer/", filling.answered, name="offer-answer"),
    path("visit/preparation/", own.preparation, name="preparation"),
    path("visit/preparation/answers/", own.check_in, name="check-in"),
    path("visit/preparation/change/", own.change, name="change"),
]
