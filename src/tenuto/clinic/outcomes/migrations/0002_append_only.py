"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]
    operations = [append_only("outcomes_coursereview")]
