"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "scales_incomingcall",
    "scales_itemanswer",
    "scales_scaleform",
    "scales_scalereminder",
    "scales_scalerequest",
    "scales_suicidetriage",
)


class Migration(migrations.Migration):
    dependencies = [("scales", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
