"""What the person who runs Orderbridge decides: read from ``ORDERBRIDGE_…`` and ``.env``, refused if unsafe.

Read by the composition root only, which hands single values on. Knows nothing of what the values are used for. A
refusal names the setting and what is expected, never the value: values may be secrets.
"""

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self, cast
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ORDERBRIDGE_"
KEY_BYTES = 32
HOW_TO_MAKE_A_KEY = "make one with: openssl rand -base64 32"
STORE_DOMAIN_PLACEHOLDER = "{store_domain}"
MOST_A_MINUTE = 1_000_000
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(Exception):
    """The settings cannot be used. The message has one line per setting that is wrong."""


class LogFormat(StrEnum):
    """``auto`` is ``console`` on a terminal and ``json`` elsewhere."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class MetricsAccess(StrEnum):
    """Who may read ``/metrics``: anybody who reaches the port, a key with ``logs:read``, nobody."""

    OPEN = "open"
    KEY = "key"
    OFF = "off"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(BaseSettings):
    """The settings of one installation, made by `load_settings`; a bare instance has no generated secrets."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: SecretStr | None = None
    """``postgresql://…`` of a server; without it an embedded PostgreSQL in ``data_dir`` is used."""
    migration_url: SecretStr | None = None
    """The same database by the role that owns its tables; that of ``database_url`` then cannot change them."""
    data_dir: Path = Path(".orderbridge")
    """The embedded database and generated secrets."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """0 takes a free one."""
    public_url: str | None = None
    """Where Shopify reaches us, without a slash at its end. Without it polling does everything."""
    encryption_keys: SecretStr | None = None
    """Comma-separated base64 keys of 32 random bytes each; the first encrypts, all decrypt."""
    shopify_url: str = f"https://{STORE_DOMAIN_PLACEHOLDER}"
    """What ``/admin/…`` is appended to."""
    allow_private_endpoints: bool = False
    """Let webhook endpoints be on private addresses. For tests."""
    requests_per_minute: Annotated[int, Field(ge=0, le=MOST_A_MINUTE)] = 6000
    """Of one API key, in one process; 0 = without a limit."""
    failed_sign_ins_per_minute: Annotated[int, Field(ge=0, le=MOST_A_MINUTE)] = 60
    """With wrong API keys from one address, in one process; 0 = without a limit."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Comma-separated addresses and networks whose ``X-Forwarded-For`` is believed."""
    workers: Annotated[int, Field(ge=0, le=64)] = 1
    """Worker processes beside the API."""
    metrics: MetricsAccess = MetricsAccess.OPEN
    """Who may read the figures at ``/metrics``."""
    failpoints: Path | None = None
    """A folder whose files name the instants at which processes die. For the fault suite; a simulated store only."""
    log_format: LogFormat = LogFormat.AUTO
    log_level: LogLevel = LogLevel.INFO

    @property
    def embedded(self) -> bool:
        """True if the database is the embedded one."""
        return self.database_url is None

    @property
    def owners_url(self) -> str | None:
        """How whoever owns the tables reaches the database, where that is not who serves."""
        return self.migration_url.get_secret_value() if self.migration_url else None

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The encryption keys themselves, newest first."""
        return tuple(_key_parts(self.encryption_keys)) if self.encryption_keys else ()

    @property
    def kept_key_file(self) -> Path:
        """Where the generated key of an embedded database is kept."""
        return self.data_dir / "encryption-keys"

    @field_validator("log_format", "log_level", "metrics", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url", "migration_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and _split(value.get_secret_value()).scheme not in {"postgresql", "postgres"}:
            raise ValueError(
                "expected postgresql://user:password@host[:port]/database, special characters of the password"
                " percent-encoded; no other database is supported"
            )
        return value

    @field_validator("public_url")
    @classmethod
    def _is_reachable_by_shopify(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = _split(value)
        if parts.hostname is None or parts.scheme not in {"https", "http"} or parts.query or parts.fragment:
            raise ValueError("expected https://host[/path]")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("Shopify delivers to https only; http is accepted for this machine itself")
        return value.rstrip("/")

    @field_validator("shopify_url")
    @classmethod
    def _has_a_place_for_the_store(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in {"https", "http"} or STORE_DOMAIN_PLACEHOLDER not in value:
            raise ValueError(f"expected a URL with {STORE_DOMAIN_PLACEHOLDER} where the store's domain goes")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("tokens would travel unencrypted; http is accepted for this machine itself only")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        given = [part.strip() for part in value.split(",") if part.strip()]
        for part in given:
            try:
                ip_network(part)
            except ValueError:
                raise ValueError("expected addresses and networks, such as 127.0.0.1,10.0.0.0/8") from None
        return ",".join(given)

    @field_validator("encryption_keys")
    @classmethod
    def _are_strong_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            keys = _key_parts(value)
            if len(set(keys)) != len(keys):
                raise ValueError("the same key stands there twice")
        return value

    @model_validator(mode="after")
    def _nothing_dies_on_purpose_where_orders_are_real(self) -> Self:
        if self.failpoints is not None and _split(self.shopify_url).hostname not in LOOPBACK:
            raise ValueError(
                f"{PREFIX}FAILPOINTS kills processes on purpose, for tests; it is accepted only together with"
                f" {PREFIX}SHOPIFY_URL of a simulated store on this machine"
            )
        return self

    @model_validator(mode="after")
    def _who_migrates_is_said_of_a_server(self) -> Self:
        if self.migration_url is not None and self.database_url is None:
            raise ValueError(
                f"{PREFIX}MIGRATION_URL is the owner's way to the database of {PREFIX}DATABASE_URL; set both"
            )
        return self

    @model_validator(mode="after")
    def _a_server_needs_given_keys(self) -> Self:
        if self.database_url is not None and self.encryption_keys is None:
            # A generated key would differ between the machines that share the server, and be lost with a container.
            raise ValueError(
                f"{PREFIX}ENCRYPTION_KEYS is required together with {PREFIX}DATABASE_URL; {HOW_TO_MAKE_A_KEY}"
            )
        return self


def load_settings(**given: object) -> Settings:
    """The settings of this installation; ``given`` wins over the environment, which wins over ``.env``.

    With the embedded database a missing encryption key is made once and kept in the data folder, readable by its owner
    only. Raises SettingsError naming everything that is wrong.
    """
    try:
        settings = Settings(**cast("dict[str, Any]", given))
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error))) from None
    if settings.embedded and settings.encryption_keys is None:
        try:
            kept = _kept_key(settings.kept_key_file)
        except OSError as error:
            raise SettingsError(
                f"The data folder {settings.data_dir} cannot be used: {error.strerror}. "
                f"Start as its owner, or set {PREFIX}DATA_DIR to a folder of your own."
            ) from error
        return load_settings(**{**given, "encryption_keys": kept})
    return settings


def prepare_data_dir(folder: Path) -> Path:
    """Make the data folder if it is missing; listable by nobody else. An existing folder keeps its mode."""
    if not folder.exists():
        # The account root hands the embedded server to must be able to pass through, not to look around.
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return folder


def _split(url: str) -> SplitResult:
    """The parts of a URL; of none when it cannot be one, so that no message repeats a piece of it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def _key_parts(value: SecretStr) -> list[bytes]:
    return [
        _strong_key(number, text.strip()) for number, text in enumerate(value.get_secret_value().split(","), start=1)
    ]


def _strong_key(number: int, text: str) -> bytes:
    try:
        key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {number} is not the base64 of {KEY_BYTES} bytes; {HOW_TO_MAKE_A_KEY}")
    if _looks_made_up(key):
        raise ValueError(f"key {number} is not random; {HOW_TO_MAKE_A_KEY}")
    return key


def _looks_made_up(key: bytes) -> bool:
    """True for text, repetitions and sequences. Of 10 million random keys less than one would be refused."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return len(set(key)) < KEY_BYTES // 2 or len(steps) < KEY_BYTES // 2 or all(32 <= byte < 127 for byte in key)


def _kept_key(path: Path) -> str:
    data_dir = prepare_data_dir(path.parent)
    if not path.exists():
        made = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        handle, draft = tempfile.mkstemp(dir=data_dir)
        with os.fdopen(handle, "w") as file:
            file.write(made + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            # Whole or not at all, and the first of several starters wins.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"{path} can be read by other users. Close it with: chmod 600 {path}")
    return path.read_text().strip()


def _lines(error: ValidationError) -> Iterable[str]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}: " if problem["loc"] else ""
        yield name + problem["msg"].removeprefix("Value error, ")
