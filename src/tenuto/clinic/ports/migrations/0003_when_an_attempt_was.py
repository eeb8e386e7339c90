from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ports', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='tried_at',
            field=models.DateTimeField(null=True),
        ),
    ]
