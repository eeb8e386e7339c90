"""Every row of the lists says what is red about its patient."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def throw_away(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("WorkRow", "Standing", "Progress"):
        apps.get_model("desk", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_first_deadline")]

    operations = [
        migrations.RunPython(throw_away, throw_away),
        migrations.AddField(
            model_name="standing", name="safety", field=models.CharField(max_length=100, blank=True)
        ),
        migrations.AddField(
            model_name="workrow", name="safety", field=models.CharField(max_length=100, blank=True)
        ),
    ]
