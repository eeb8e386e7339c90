"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("infusion", "0001_initial")]
    operations = [
        append_only(f"infusion_{table}")
        for table in ("session", "readinessanswer", "secondreading", "startrelease", "chartentry", "sessionend")
    ]
