"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("course", "0003_missed_and_events")]
    operations = [append_only("course_missedvisit"), append_only("course_courseevent")]
