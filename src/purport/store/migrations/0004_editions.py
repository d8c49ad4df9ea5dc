"""Editions of a case: what its readers see."""

from importlib import import_module

from django.db import migrations

EARLIER = import_module("purport.store.migrations.0003_case_room")


def guard_table(apps, schema_editor):
    EARLIER.guard_tables(apps, schema_editor, tables=("edition",))


class Migration(migrations.Migration):
    dependencies = [("purport", "0003_case_room")]
    operations = [
        EARLIER.record_table("EditionRow", "purport_edition"),
        migrations.RunPython(guard_table, migrations.RunPython.noop),
    ]
