"""Who was told of a late task, and what stops a treatment, stand in people's own lists."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def throw_away(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The lists are worked out anew by the next look."""
    for name in ("WorkRow", "Standing", "Progress"):
        apps.get_model("desk", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0005_room_for_words")]

    operations = [
        migrations.RunPython(throw_away, throw_away),
        migrations.AddField("workrow", "told", models.TextField(blank=True)),
        migrations.AddField("workrow", "everybodys", models.BooleanField(default=False)),
    ]
