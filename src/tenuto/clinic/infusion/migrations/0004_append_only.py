"""The database itself refuses to change or delete a signed discharge."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("infusion", "0003_discharge")]
    operations = [append_only("infusion_dischargesignature")]
