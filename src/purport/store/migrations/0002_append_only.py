"""Let the database itself refuse to change or delete what was recorded."""

from django.db import migrations

TABLES = (
    "attachment",
    "case",
    "claim",
    "custody",
    "document",
    "input_fault",
    "item",
    "mark",
    "outcome",
    "proposal",
    "review",
    "setting",
    "survey",
)
MESSAGE = "records of purport are never changed; a correction is a new row"


def guard_tables(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION purport_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
            params=None,
        )
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER purport_{table}_guard BEFORE UPDATE OR DELETE ON purport_{table} "
                "FOR EACH ROW EXECUTE FUNCTION purport_refuse()",
                params=None,
            )
        return
    for table in TABLES:
        for action in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER purport_{table}_guard_{action.lower()} "
                f"BEFORE {action} ON purport_{table} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
                params=None,
            )


class Migration(migrations.Migration):
    dependencies = [("purport", "0001_initial")]
    operations = [migrations.RunPython(guard_tables, migrations.RunPython.noop)]
