"""The database itself refuses to change or delete what was decided about the end of a course."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("course", "0005_ending")]
    operations = [append_only("course_courseending"), append_only("course_besideplan")]
