#!/bin/sh
# Run once by the database's image on an empty volume: the house's own role, which is no superuser, and its database.
set -eu

psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<SQL
\set password \`cat /run/secrets/owner_password\`
CREATE ROLE fms_owner LOGIN PASSWORD :'password';
CREATE DATABASE fms_agency OWNER fms_owner;
SQL
