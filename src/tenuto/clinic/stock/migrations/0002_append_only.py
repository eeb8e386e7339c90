"""The database itself refuses to change or delete a row of the drug ledger."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]
    operations = [append_only("stock_stockrow")]
