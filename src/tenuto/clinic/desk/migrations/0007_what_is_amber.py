"""Every row of the lists says what is amber about its patient's safety."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def throw_away(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The lists are worked out anew by the next look."""
    for name in ("WorkRow", "Standing", "Progress"):
        apps.get_model("desk", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0006_told_and_everybodys")]

    operations = [
        migrations.RunPython(throw_away, throw_away),
        migrations.AddField("standing", "caution", models.TextField(blank=True)),
        migrations.AddField("workrow", "caution", models.TextField(blank=True)),
    ]
