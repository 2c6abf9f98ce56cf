-- The roles of the house, made once by PostgreSQL's superuser; running it again changes nothing.
--
-- fms_owner   logs in for migrations only; owns the tables and is not held up by the walls.
-- fms_web     logs in for the doors. It may read nothing by itself: each transaction takes the role
--             of whoever asks (fms_entrance, fms_staff, fms_partner, fms_supplier) or of the house.
-- fms_worker  logs in for worker and beat, which act for the house only.
--
-- Passwords are given apart: ALTER ROLE fms_web PASSWORD '…'.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'fms_entrance', 'fms_staff', 'fms_partner', 'fms_supplier', 'fms_house',
        'fms_owner', 'fms_web', 'fms_worker'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END $$;
ALTER ROLE fms_owner LOGIN BYPASSRLS;
ALTER ROLE fms_web LOGIN NOINHERIT;
ALTER ROLE fms_worker LOGIN NOINHERIT;
GRANT fms_entrance, fms_staff, fms_partner, fms_supplier, fms_house TO fms_owner;
GRANT fms_entrance, fms_staff, fms_partner, fms_supplier, fms_house TO fms_web WITH INHERIT FALSE;
GRANT fms_house TO fms_worker WITH INHERIT FALSE;
