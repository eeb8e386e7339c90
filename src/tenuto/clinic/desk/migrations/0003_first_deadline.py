"""The list of patients at risk is ordered by the first deadline."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def throw_away(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("WorkRow", "Standing", "Progress"):
        apps.get_model("desk", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_risk_of_suicide_first")]

    operations = [
        migrations.RunPython(throw_away, throw_away),
        migrations.RemoveIndex(model_name="standing", name="standing_in_order"),
        migrations.AddField(model_name="standing", name="due", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["clinic", "rank", "due", "name", "patient"], name="standing_in_order"),
        ),
    ]
