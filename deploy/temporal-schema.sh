#!/bin/sh
# Brings the schemas of Temporal's two databases to this version's. Safe to run again; needed before each upgrade of the server.
set -eu
SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD SQL_PLUGIN=postgres12
schemas=${SCHEMAS:-/etc/temporal/schema}/postgresql/v12

update() {
  database=$1 schema=$2
  temporal-sql-tool --database "$database" create-database
  # Refuses nothing and says so where the tables are there already: the version decides what is left to do.
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-dir "$schemas/$schema/versioned"
}

update temporal temporal
update temporal_visibility visibility
echo 'the schemas are up to date'
