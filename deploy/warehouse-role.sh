#!/bin/sh
# Makes the warehouse's database and the role that workers use, which is no superuser. Run once, by the image, for a new database.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --set=password="$(cat "$WAREHOUSE_PASSWORD_FILE")" <<'SQL'
CREATE ROLE rosterline LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE rosterline;
REVOKE ALL ON DATABASE rosterline FROM PUBLIC;
GRANT CONNECT, TEMPORARY, CREATE ON DATABASE rosterline TO rosterline;
SQL
