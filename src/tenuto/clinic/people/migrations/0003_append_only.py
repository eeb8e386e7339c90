"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "people_brokenglass",
    "people_careteamchange",
    "people_contactpreference",
    "people_glassreview",
    "people_identity",
    "people_restriction",
    "people_supportperson",
    "people_weeklyreview",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_who_patients_are")]
    operations = [append_only(table) for table in TABLES]
