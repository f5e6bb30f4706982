"""The roles of the database: who migrates, who serves, and as whom it reads for a key limited to shops (S2, S8, S27).

Run with each migration, by the owner of the tables. May it make no roles, then those that a person made are used, and
where there are none the service works without: ``standing`` tells what is missing.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from app.adapters.postgres.database import VERSION_TABLE, raw_connection
from app.adapters.postgres.row_security import ALL_ROWS, SEEN_ROWS, conditions
from app.ports.errors import ConnectorError

LONGEST_NAME: Final = 63
SUFFIX: Final = "_limited"
ITERATIONS: Final = 4096
"""What PostgreSQL takes by itself."""

_MAY_TAKE_ON = "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END"
_LIMITED_ROLE: Final = f"""
    FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
    WHERE p.polrelid = to_regclass('shops') AND p.polname = '{SEEN_ROWS}' AND pg_has_role(r.oid, {_MAY_TAKE_ON})
"""
_FOUND_IN = "(SELECT string_agg(quote_ident(name), ',') FROM unnest(current_schemas(false)) AS name)"
HOLD: Final = f"""
SELECT set_config('orderbridge.seen', $1, true), set_config('search_path', {_FOUND_IN}, true),
    (SELECT set_config('role', r.rolname, true) {_LIMITED_ROLE})
"""
"""For one transaction. The role is the one that this database's policies are of, if we may take it on: found each time,
so that nobody has to know how it is called, and a database that was restored meanwhile is no trouble. Tables are looked
for where they were: a schema that is named like who signed in is not found by "$user" any more.
"""

_EXISTING = "SELECT rolname, rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = $1"
_POLICIES = """
SELECT c.relname, p.polname, obj_description(p.oid, 'pg_policy') AS condition, p.polroles
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity AND p.polname = ANY($1::name[])
"""
_OWNED = """
SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    AND relkind = ANY($1::"char"[]) AND pg_has_role(relowner, 'USAGE') ORDER BY relname
"""
_STANDING = f"""
SELECT EXISTS (SELECT {_LIMITED_ROLE}) AS limited,
    pg_has_role((SELECT relowner FROM pg_class WHERE oid = to_regclass('shops')), 'USAGE') AS owner,
    EXISTS (
        SELECT FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
        WHERE p.polrelid = to_regclass('shops') AND p.polname = '{SEEN_ROWS}' AND pg_has_role(r.oid, 'USAGE')
    ) AS inherits
"""


class RolesRefused(ConnectorError):
    """The server does not let whoever migrates have the roles that are asked for."""

    code = "roles_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The role that the service signs in with, where it is not the one that migrates."""

    name: str
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the role at hand is to the tables."""

    limited: bool
    """Reading for a key limited to shops is held to these by the database."""
    owner: bool
    """It could change the tables, and the audit with them."""
    inherits: bool
    """It is held to no shops itself, always: a membership that must not be inherited is."""


def service_of(url: str, *, migration_url: str | None) -> Service | None:
    """Who signs in at ``url``; None where that is who migrates."""
    serving = make_url(url)
    if migration_url is None or serving.username is None or serving.username == make_url(migration_url).username:
        return None
    password = serving.password
    return Service(name=serving.username, password=None if password is None else str(password))


async def standing(connection: AsyncConnection) -> Standing:
    """What the role of this connection may do."""
    row = await (await raw_connection(connection)).fetchrow(_STANDING)
    return Standing(limited=row["limited"], owner=bool(row["owner"]), inherits=row["inherits"] and not row["owner"])


async def require_owner(connection: AsyncConnection) -> None:
    """Only who owns the tables migrates them. Raises RolesRefused."""
    driver = await raw_connection(connection)
    if await driver.fetchval(
        "SELECT NOT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('shops')"
    ):
        raise RolesRefused(
            "The role that migrates does not own the tables: give the one that does as ORDERBRIDGE_MIGRATION_URL."
        )


async def secure(connection: AsyncConnection, *, service: Service | None) -> None:
    """Bring roles, their rights and the policies to where this release needs them, in the transaction at hand."""
    driver = await raw_connection(connection)
    if service is not None:
        await _make_service(driver, service)
    limited = await _made_limited(driver)
    if limited is not None:
        await _may_read(driver, limited)
        await _policies(driver, limited)
        await _may_take_on(driver, limited, service)
    if service is not None:
        await _may_serve(driver, service.name)


async def _make_service(driver: asyncpg.Connection, service: Service) -> None:
    if await driver.fetchrow(_EXISTING, service.name) is None:
        verifier = (
            f" PASSWORD {_literal(scram_verifier(service.password, salt=secrets.token_bytes(16)))}"
            if service.password
            else ""
        )
        try:
            await driver.execute(f"CREATE ROLE {_quoted(service.name)} LOGIN NOINHERIT{verifier}")
        except asyncpg.InsufficientPrivilegeError as error:
            raise RolesRefused(
                f"There is no role {service.name}, and the one that migrates may make none: have an administrator make"
                " it with CREATE ROLE … LOGIN PASSWORD …, then run this again."
            ) from error


async def _made_limited(driver: asyncpg.Connection) -> str | None:
    """The role whose policies this database has, or could have; None where we may not make one."""
    name = await driver.fetchval(
        "SELECT r.rolname FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)"
        " WHERE p.polrelid = to_regclass('shops') AND p.polname = $1",
        SEEN_ROWS,
    )
    # Of this database alone: who may read here for a key must not do so in another installation on the same server.
    database: str = await driver.fetchval("SELECT current_database()::text")
    name = name or database.encode()[: LONGEST_NAME - len(SUFFIX)].decode(errors="ignore") + SUFFIX
    try:
        async with driver.transaction():
            await driver.execute(f"CREATE ROLE {_quoted(name)} NOLOGIN")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        pass
    except asyncpg.InsufficientPrivilegeError:
        if await driver.fetchrow(_EXISTING, name) is None:
            return None
    return None if (await driver.fetchrow(_EXISTING, name))["unbound"] else str(name)


async def _may_read(driver: asyncpg.Connection, role: str) -> None:
    """Nothing else: it is taken on where nobody writes."""
    tables = await _owned(driver, "r")
    await driver.execute(
        f"GRANT USAGE ON SCHEMA {await _schema(driver)} TO {_quoted(role)};"
        f" GRANT SELECT ON {tables} TO {_quoted(role)};"
        f" GRANT EXECUTE ON FUNCTION customers_with_words TO {_quoted(role)}"
    )


async def _policies(driver: asyncpg.Connection, role: str) -> None:
    """Those that are not there as they should be. A condition is remembered in the policy's comment."""
    wanted = conditions()
    oid = await driver.fetchval("SELECT oid FROM pg_roles WHERE rolname = $1", role)
    rows = await driver.fetch(_POLICIES, [ALL_ROWS, SEEN_ROWS])
    seen = {row["relname"]: row["condition"] for row in rows if row["polname"] == SEEN_ROWS and oid in row["polroles"]}
    all_rows = {row["relname"] for row in rows if row["polname"] == ALL_ROWS}
    script = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; DROP POLICY IF EXISTS {ALL_ROWS} ON {table};"
        f" DROP POLICY IF EXISTS {SEEN_ROWS} ON {table};"
        f" CREATE POLICY {ALL_ROWS} ON {table} USING (true) WITH CHECK (true);"
        f" CREATE POLICY {SEEN_ROWS} ON {table} AS RESTRICTIVE FOR SELECT TO {_quoted(role)} USING ({condition});"
        f" COMMENT ON POLICY {SEEN_ROWS} ON {table} IS {_literal(condition)};"
        for table, condition in wanted.items()
        if seen.get(table) != condition or table not in all_rows
    ]
    if script:
        await driver.execute("".join(script))


async def _may_take_on(driver: asyncpg.Connection, role: str, service: Service | None) -> None:
    """Without inheriting it: whoever has a role's rights is held to its policies, too."""
    member: str = service.name if service is not None else await driver.fetchval("SELECT current_user::text")
    if await driver.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = $1", member):
        return
    newer = driver.get_server_version().major >= 16
    # Before 16 it is not of the membership but of the member whether it inherits.
    before = f"ALTER ROLE {_quoted(member)} NOINHERIT; " if service is not None and not newer else ""
    options = " WITH INHERIT FALSE, SET TRUE" if newer else ""
    try:
        async with driver.transaction():
            await driver.execute(f"{before}GRANT {_quoted(role)} TO {_quoted(member)}{options}")
    except asyncpg.InsufficientPrivilegeError:
        # A person may have done it; ``standing`` tells if nobody has.
        return


async def _may_serve(driver: asyncpg.Connection, role: str) -> None:
    """Rows, but not tables; of the audit it adds and reads."""
    tables, sequences = await _owned(driver, "r"), await _owned(driver, "S")
    name = _quoted(role)
    script = [
        f"GRANT USAGE ON SCHEMA {await _schema(driver)} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {name}",
        f"REVOKE ALL ON audit_entries, {VERSION_TABLE} FROM {name}",
        f"GRANT SELECT, INSERT ON audit_entries TO {name}",
        f"GRANT SELECT ON {VERSION_TABLE} TO {name}",
        f"GRANT EXECUTE ON FUNCTION purge_audit, customers_with_words TO {name}",
        *([f"GRANT USAGE, SELECT ON SEQUENCE {sequences} TO {name}"] if sequences else []),
    ]
    await driver.execute("; ".join(script))


async def _owned(driver: asyncpg.Connection, kind: str) -> str:
    """What of a kind of relation is ours to grant, as a statement lists it."""
    return ", ".join(_quoted(row["relname"]) for row in await driver.fetch(_OWNED, [kind.encode()]))


async def _schema(driver: asyncpg.Connection) -> str:
    return _quoted(await driver.fetchval("SELECT current_schema()::text"))


def scram_verifier(password: str, *, salt: bytes) -> str:
    """What the server keeps of a password: sent in its place, it is in no log of statements."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    stored = hashlib.sha256(client).digest()
    told = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${ITERATIONS}:{told[0]}${told[1]}:{told[2]}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
