"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "course_infusionreport",
    "course_infusionstruck",
    "course_visit",
)


class Migration(migrations.Migration):
    dependencies = [("course", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
