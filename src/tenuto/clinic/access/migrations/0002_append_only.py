"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "access_glassreview",
    "access_weeklyreview",
)


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
