"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "links_link",
    "links_linkrevocation",
    "links_linktry",
)


class Migration(migrations.Migration):
    dependencies = [("links", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
