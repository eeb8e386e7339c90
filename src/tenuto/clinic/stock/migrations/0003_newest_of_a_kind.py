from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stock', '0002_append_only'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='stockrow',
            index=models.Index(fields=['clinic', 'kind', 'event_number', 'id'], name='stock_newest_of_a_kind'),
        ),
    ]
