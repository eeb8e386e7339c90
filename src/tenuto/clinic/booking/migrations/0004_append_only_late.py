"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("booking", "0003_late_arrivals")]
    operations = [append_only("booking_latearrival")]
