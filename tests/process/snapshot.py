"""What a database has, to compare it with what it had."""

# Every object of the schema, as text.
SCHEMA = """
    SELECT 'table ' || relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname = 'public' AND relkind IN ('r', 'v', 'm', 'S')
    UNION ALL
    SELECT 'column ' || table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT 'index ' || tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname FROM pg_constraint c
      JOIN pg_namespace n ON n.oid = c.connamespace WHERE nspname = 'public'
    UNION ALL
    SELECT 'function ' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'"""
# The rows of what describes an application, each by what people would call it.
ROWS = {
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "selections": "SELECT f.model || '.' || f.name || '=' || s.value FROM ir_model_fields_selection s"
    " JOIN ir_model_fields f ON f.id = s.field_id",
    "constraints": "SELECT name FROM ir_model_constraint",
    "access": "SELECT name FROM ir_model_access",
    "rules": "SELECT name FROM ir_rule",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "privileges": "SELECT name->>'en_US' FROM res_groups_privilege",
    "categories": "SELECT name->>'en_US' FROM ir_module_category",
    "menus": "SELECT complete_name FROM (SELECT id, coalesce(parent_id, 0) || ' ' || (name->>'en_US') AS complete_name"
    " FROM ir_ui_menu) menu",
    "groups of menus": "SELECT menu_id || ' ' || gid FROM ir_ui_menu_group_rel",
    "groups of users": "SELECT uid || ' ' || gid FROM res_groups_users_rel WHERE uid IN (SELECT id FROM res_users"
    " WHERE id < 6)",
    "actions": "SELECT type || ' ' || (name->>'en_US') FROM ir_actions",
    "views": "SELECT name FROM ir_ui_view",
    "scheduled actions": "SELECT cron_name FROM ir_cron",
    "triggers": "SELECT c.cron_name FROM ir_cron_trigger t LEFT JOIN ir_cron c ON c.id = t.cron_id",
    "sequences": "SELECT coalesce(code, name) FROM ir_sequence",
    "activities": "SELECT res_model FROM mail_activity",
    "activity types": "SELECT name->>'en_US' FROM mail_activity_type",
    "message subtypes": "SELECT name->>'en_US' FROM mail_message_subtype",
    "messages": "SELECT DISTINCT model FROM mail_message WHERE model IS NOT NULL",
    "followers": "SELECT DISTINCT res_model FROM mail_followers",
    "favourites": "SELECT model_id || ' ' || name FROM ir_filters",
    "export templates": "SELECT resource FROM ir_exports",
    "defaults": "SELECT json_value FROM ir_default",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE '%payg%' OR key LIKE '%smart_solar%'",
    "report papers": "SELECT name FROM report_paperformat",
    "attachments": "SELECT DISTINCT res_model FROM ir_attachment WHERE res_model IS NOT NULL",
    "files of records": "SELECT name FROM ir_attachment WHERE res_model IN ('ir.ui.menu', 'ir.module.module')",
    "external ids": "SELECT DISTINCT module FROM ir_model_data",
    "names of external ids": "SELECT module || '.' || name FROM ir_model_data WHERE name LIKE '%payg%'"
    " OR name LIKE '%cu\\_%'",
}


def schema(space, name):
    """Return the objects of the schema."""
    return {row[0] for row in space.sql(name, SCHEMA)}


def rows(space, name):
    """Return, for each kind of ``ROWS``, what there is."""
    return {kind: {row[0] for row in space.sql(name, query)} for kind, query in ROWS.items()}
