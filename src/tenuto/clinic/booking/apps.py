from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "tenuto.clinic.booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        """Say what a link for the preparation opens, how the message about it is written, and how what is taken is compared."""
        from tenuto.clinic.booking import regular  # noqa: F401 - registers its job
        from tenuto.clinic.booking.services.filling import OFFER_MESSAGE, OFFER_PURPOSE, offer_written
        from tenuto.clinic.booking.services.preparing import PURPOSE
        from tenuto.clinic.booking.services.reminding import MESSAGE, written
        from tenuto.clinic.booking.taken_check import misplaced
        from tenuto.clinic.ledger.derived import compare_derived
        from tenuto.clinic.ledger.outbox import written_by
        from tenuto.clinic.links.api import register

        register(OFFER_PURPOSE, "a place that came free", "bookings:offer")
        register(PURPOSE, "how to prepare for your visit", "bookings:preparation")
        compare_derived("booking.takenquarter", misplaced)
        written_by(MESSAGE, written)
        written_by(OFFER_MESSAGE, offer_written)
