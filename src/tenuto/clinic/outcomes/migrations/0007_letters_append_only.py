"""The database itself refuses to change or delete a letter that was signed."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0006_letters")]
    operations = [append_only("outcomes_letter")]
