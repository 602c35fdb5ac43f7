#!/bin/sh
# PostgreSQL's image runs this once, on an empty database: the roles to which `cli/migrate.ts` grants what each
# part of the authority needs, and a user in each. A user has the password of the part's own address.
set -eu

for part in issue jobs status; do
  password=$(sed -n "s|^postgres://$part:\([^@]*\)@.*|\1|p" "/run/secrets/database_$part")
  test -n "$password"
  # Not as an argument, which everybody on the machine sees.
  password=$password psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --quiet --set ON_ERROR_STOP=1 \
    --set part="$part" --set role="latchkey_$part" <<'SQL'
\getenv password password
create role :"role" nologin;
create role :"part" login in role :"role" password :'password';
SQL
done
