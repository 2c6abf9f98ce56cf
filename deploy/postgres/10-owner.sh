#!/bin/sh
# Run once by the database's image on an empty volume: the house's roles, none a superuser, and its database.
set -eu

psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<SQL
\i /docker-entrypoint-initdb.d/roles.sql
\set owner \`cat /run/secrets/owner_password\`
\set web \`cat /run/secrets/web_password\`
\set worker \`cat /run/secrets/worker_password\`
ALTER ROLE fms_owner PASSWORD :'owner';
ALTER ROLE fms_web PASSWORD :'web';
ALTER ROLE fms_worker PASSWORD :'worker';
CREATE DATABASE fms_agency OWNER fms_owner;
SQL
