"""The database itself refuses to change or delete what was asked of a patient."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_scale_requests")]
    operations = [append_only("intake_scalerequest")]
