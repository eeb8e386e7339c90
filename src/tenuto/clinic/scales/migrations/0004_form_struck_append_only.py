"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("scales", "0003_form_struck")]
    operations = [append_only("scales_scaleformstruck")]
