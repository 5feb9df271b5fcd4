-- A copy of a database must not be able to switch real homes off.

-- No address, no login, no token: not even a button reaches SMART Solar.
UPDATE smart_solar_client
   SET active = FALSE,
       base_url = 'https://neutralized.invalid/v1',
       username = NULL,
       password = NULL,
       token = NULL,
       token_saved_at = NULL,
       permission = NULL,
       state = 'new';

-- The weekly job, the dispatcher, the reading.
UPDATE ir_cron
   SET active = FALSE
 WHERE id IN (SELECT res_id FROM ir_model_data WHERE module = 'payg_control_unit' AND model = 'ir.cron');

-- Nothing waits for whoever makes a new connection in the copy.
UPDATE smart_solar_command
   SET state = 'superseded',
       failure_type = 'neutralized',
       claim = NULL,
       lease_until = NULL,
       next_try_at = NULL,
       ended_at = now() AT TIME ZONE 'UTC'
 WHERE state IN ('queued', 'sending', 'retry');

UPDATE payg_control_unit
   SET command_state = NULL,
       command_since = now() AT TIME ZONE 'UTC'
 WHERE command_state = 'live';

UPDATE payg_control_unit
   SET credit_pending_count = 0,
       credit_pending_seconds = 0,
       credit_wish_at = NULL
 WHERE credit_pending_count > 0
    OR credit_wish_at IS NOT NULL;
