"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "people_brokenglass",
    "people_careteamchange",
    "people_contactpreference",
    "people_identity",
    "people_restriction",
    "people_supportperson",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
