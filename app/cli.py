"""The ``orderbridge`` command. Each command loads the settings, says in words what is wrong with them, and hands on."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer

from app import __version__
from app.demo.processes import STARTED, end_with_standard_input
from app.domain.console_roles import ConsoleRole
from app.loading import many_modules
from app.ports.acting import Actor, ActorKind, acting
from app.settings import Settings, SettingsError, load_settings

cli = typer.Typer(
    name="orderbridge",
    help="Connects Shopify stores to any ERP.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
keys = typer.Typer(help="API keys.", no_args_is_help=True)
cli.add_typer(keys, name="keys")
users = typer.Typer(help="People who sign in to the console.", no_args_is_help=True)
cli.add_typer(users, name="users")
secrets = typer.Typer(help="Stored secrets, and the keys they are encrypted with.", no_args_is_help=True)
cli.add_typer(secrets, name="secrets")

RUNNING = frozenset({"serve", "demo", "simulator"})
"""Commands that go on by themselves; the others are done by whoever types them, and the audit says so."""


def main() -> None:
    """Entry point of the console script."""
    if os.environ.get(STARTED):
        end_with_standard_input()
    cli()


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"orderbridge {__version__}")
        raise typer.Exit


@cli.callback()
def _options(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback says it
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Connects Shopify stores to any ERP."""
    if context.invoked_subcommand not in RUNNING:
        context.with_resource(acting(Actor(kind=ActorKind.COMMAND_LINE, id=None, name="command line")))


@cli.command()
def serve(
    role: Annotated[str, typer.Option(help="all, api or worker.")] = "all",
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring the database server's schema to head first.")
    ] = False,
) -> None:
    """Run the service: HTTP and Shopify's door in this process, workers as its children."""
    from app.main import ROLES
    from app.main import serve as run

    if role not in ROLES:
        _refuse(f"--role is {role!r}; one of {', '.join(ROLES)} is expected.")
    with _refusals():
        run(_settings(), role=role, migrate_first=migrate)


@cli.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running afterwards, for exploring.")] = False,
) -> None:
    """Run a day of orders of a simulated store through the service, and say what happened."""
    from app.demo.processes import DemoError
    from app.demo.story import tell

    with _refusals():
        try:
            settings = _settings()
            tell(data_dir=settings.data_dir, host=settings.host, port=settings.port, keep=keep)
        except DemoError as error:
            _refuse(str(error))


@cli.command()
def simulator(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 9010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Run only the simulated Shopify store."""
    try:
        with many_modules():
            from app.store_simulator.server import run
    except ModuleNotFoundError as error:
        _refuse(f"The simulator needs the extra: pip install 'orderbridge[simulator]' (missing: {error.name}).")
    try:
        run(host=host, port=port)
    except OSError as error:
        _refuse(f"Cannot listen on {host}, port {port}: {error.strerror}. Name another port; 0 takes a free one.")


@cli.command()
def migrate() -> None:
    """Bring the database's schema to head."""
    from app.administration import migrate_database

    with _refusals():
        typer.echo(asyncio.run(migrate_database(_settings())))


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scopes: Annotated[str | None, typer.Option(help="Comma-separated; all of them when not given.")] = None,
    shops: Annotated[str | None, typer.Option(help="Comma-separated codes; all shops when not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything about the key, not only itself.")] = False,
) -> None:
    """Create an API key and print it; it is never shown again."""
    with many_modules():
        from app.key_administration import create_api_key

    with _refusals():
        made = asyncio.run(create_api_key(_settings(), name=name, scopes=_listed(scopes), shops=_listed(shops)))
        typer.echo(json.dumps(made) if as_json else made["key"])


@users.command("create")
def create_user(
    name: Annotated[str, typer.Argument(help="What this person signs in with.")],
    role: Annotated[ConsoleRole, typer.Option(help="viewer looks, operator mends, admin also sets.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print name, role and password, not only the password.")
    ] = False,
) -> None:
    """Create a user of the console and print the password; it is never shown again."""
    from app.user_administration import create_user as run

    with _refusals():
        made = asyncio.run(run(_settings(), name=name, role=role))
        typer.echo(json.dumps(made) if as_json else made["password"])


@users.command("password")
def renew_password(name: Annotated[str, typer.Argument(help="Whose password is replaced.")]) -> None:
    """Print a new password of a user, who is signed out everywhere."""
    from app.user_administration import renew_password as run

    with _refusals():
        typer.echo(asyncio.run(run(_settings(), name=name)))


@users.command("disable")
def disable_user(name: Annotated[str, typer.Argument(help="Who is to sign in no more for now.")]) -> None:
    """Switch a user of the console off, who is signed out everywhere."""
    from app.user_administration import switch_user

    with _refusals():
        asyncio.run(switch_user(_settings(), name=name, enabled=False))
        typer.echo(f"{name} is switched off.")


@users.command("enable")
def enable_user(name: Annotated[str, typer.Argument(help="Who may sign in again.")]) -> None:
    """Switch a user of the console on again; the password is the same as before."""
    from app.user_administration import switch_user

    with _refusals():
        asyncio.run(switch_user(_settings(), name=name, enabled=True))
        typer.echo(f"{name} is switched on.")


@users.command("remove")
def remove_user(name: Annotated[str, typer.Argument(help="Who is to sign in no more.")]) -> None:
    """Remove a user of the console, signed in or not."""
    from app.user_administration import remove_user as run

    with _refusals():
        asyncio.run(run(_settings(), name=name))
        typer.echo(f"{name} is removed.")


@users.command("list")
def list_users() -> None:
    """Print the users of the console, their roles and when each last signed in."""
    from app.user_administration import list_users as run

    with _refusals():
        for line in asyncio.run(run(_settings())):
            typer.echo(line)


@secrets.command("renew")
def renew_secrets() -> None:
    """Encrypt everything with the first of the encryption keys, so that older ones may go."""
    from app.administration import renew_secrets as run

    with _refusals():
        for line in asyncio.run(run(_settings())):
            typer.echo(line)


@secrets.command("forget")
def forget_secrets() -> None:
    """Delete the credentials of stores that none of the encryption keys can read, since their key is lost."""
    from app.administration import forget_secrets as run

    with _refusals():
        forgotten = asyncio.run(run(_settings()))
    for domain in forgotten:
        typer.echo(f"{domain}: deleted. Enter its credentials with PUT /v1/shops/{{shop}}/credentials.")
    if not forgotten:
        typer.echo("The keys read all secrets of stores; nothing is deleted.")


@cli.command()
def openapi() -> None:
    """Print the OpenAPI description of the HTTP surface."""
    from app.administration import openapi_document

    typer.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False))


@cli.command()
def check() -> None:
    """Check the settings and the database, and say what is wrong."""
    from app.administration import check_installation

    with _refusals():
        found = asyncio.run(check_installation(_settings()))
    for problem in found.problems:
        typer.echo(problem, err=True)
    if found.problems:
        raise typer.Exit(1)
    for note in found.notes:
        typer.echo(note)
    typer.echo("Settings and database are as they should be.")


@cli.command("import")
def import_orders(
    shop: Annotated[str, typer.Argument(help="Code of the shop.")],
    order: Annotated[list[str] | None, typer.Option(help="Shopify id of an order; may be repeated.")] = None,
    created_from: Annotated[str | None, typer.Option(help="RFC 3339 instant: orders created from then on.")] = None,
    created_to: Annotated[str | None, typer.Option(help="RFC 3339 instant: orders created until then.")] = None,
    include_closed: Annotated[bool, typer.Option("--include-closed", help="Closed orders of the range too.")] = False,
    bulk: Annotated[
        bool | None,
        typer.Option(
            "--bulk/--no-bulk",
            help="Read the range by one bulk operation of Shopify, or never; else if it has more than 1,000 orders.",
        ),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show how far it is until it has ended.")] = False,
) -> None:
    """Queue an import of a shop's orders for the running service, and print the run's id."""
    from app.administration import queue_import

    parameters: dict[str, object] = {}
    parameters |= {"include_closed": True} if include_closed else {}
    parameters |= {"bulk": bulk} if bulk is not None else {}
    parameters |= {"order_shopify_ids": order} if order else {}
    parameters |= {"created_from": created_from} if created_from else {}
    parameters |= {"created_to": created_to} if created_to else {}
    with _refusals():
        run = asyncio.run(queue_import(_settings(), shop=shop, parameters=parameters))
        typer.echo(run)
        if wait:
            _show_until_ended(run)


@cli.command()
def replay(
    since: Annotated[str, typer.Argument(help="RFC 3339 instant: webhooks received from then on.")],
) -> None:
    """Look at stored webhooks again, as if they had just come."""
    from app.administration import replay_webhooks

    with _refusals():
        typer.echo(f"{asyncio.run(replay_webhooks(_settings(), since=since))} webhooks are waiting again.")


def _show_until_ended(run: str) -> None:
    """A bar on the error stream; the run's end in words. Ends with 1 when the run did not succeed."""
    from app.administration import watch_run

    with typer.progressbar(length=1, label="waiting", file=sys.stderr) as bar:

        def show(done: int, total: int | None) -> None:
            bar.length = max(total or 0, done, 1)
            bar.label = f"{done} of {total}" if total is not None else "waiting"
            bar.update(done - bar.pos)

        ended = asyncio.run(watch_run(_settings(), run, show=show))
    typer.echo(ended.said)
    if not ended.succeeded:
        raise typer.Exit(1)


def _settings() -> Settings:
    return load_settings()


def _listed(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


@contextmanager
def _refusals() -> Iterator[None]:
    """Trouble that a person can mend is said in words, without a trace."""
    from app.adapters.postgres.embedded_errors import EmbeddedPostgresError
    from app.ports.errors import ConnectorError

    try:
        yield
    except (SettingsError, EmbeddedPostgresError) as error:
        _refuse(str(error))
    except ConnectorError as error:
        _refuse(error.detail)


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
