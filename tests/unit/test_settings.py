"""Settings refuse what is unsafe, in words, and never repeat a value that may be a secret."""

import base64
import os
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.settings import LogFormat, Settings, SettingsError, load_settings

SERVER = "postgresql://bridge:canary-password@db.example/bridge"


def a_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ORDERBRIDGE_")]:
        monkeypatch.delenv(name)
    return tmp_path


def refusal(**given: object) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(**given)
    return str(refused.value)


def test_without_any_setting_it_runs_on_this_machine_with_an_embedded_database() -> None:
    settings = load_settings()

    assert settings.embedded
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.public_url is None
    assert settings.shopify_url == "https://{store_domain}"


def test_the_embedded_database_gets_a_key_that_stays_the_same_and_is_its_owners_alone() -> None:
    first = load_settings()
    second = load_settings()

    assert len(first.keys[0]) == 32
    assert first.keys == second.keys
    assert stat.S_IMODE(Path(".orderbridge/encryption-keys").stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(".orderbridge").stat().st_mode) & 0o066 == 0


def test_many_starters_at_once_agree_on_the_generated_key() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {settings.keys for settings in pool.map(lambda _: load_settings(), range(8))}

    assert len(keys) == 1
    assert [path.name for path in Path(".orderbridge").iterdir()] == ["encryption-keys"]


def test_a_generated_key_that_others_can_read_is_refused() -> None:
    load_settings()
    Path(".orderbridge/encryption-keys").chmod(0o644)

    assert "can be read by other users" in refusal()


def test_a_data_folder_that_cannot_be_used_is_refused_with_what_to_do() -> None:
    Path("file").write_text("in the way")

    assert "or set ORDERBRIDGE_DATA_DIR to a folder of your own" in refusal(data_dir="file/inside")


def test_a_server_without_encryption_keys_is_refused() -> None:
    """S22."""
    said = refusal(database_url=SERVER)

    assert "ORDERBRIDGE_ENCRYPTION_KEYS is required" in said
    assert "openssl rand -base64 32" in said
    assert not Path(".orderbridge").exists()


@pytest.mark.parametrize(
    "weak",
    [
        "changeme",
        "",
        base64.b64encode(b"x" * 32).decode(),
        base64.b64encode(bytes(range(32))).decode(),
        base64.b64encode(b"ab" * 16).decode(),
        base64.b64encode(b"correct horse battery staple now").decode(),
        base64.b64encode(bytes.fromhex("8f3c1a7e5b2d9046c7e1f8a35d6b0294")).decode(),
        base64.b64encode(bytes.fromhex("8f3c1a7e5b2d9046c7e1f8a35d6b0294") * 2 + b"!").decode(),
        "not base64 at all, whatever anybody says about it",
    ],
)
def test_a_weak_key_is_refused_by_name_and_never_repeated(weak: str) -> None:
    """S22."""
    said = refusal(database_url=SERVER, encryption_keys=f"{a_key()},{weak}")

    assert said.startswith("ORDERBRIDGE_ENCRYPTION_KEYS: key 2 ")
    assert not weak or weak not in said
    assert "canary-password" not in said


def test_the_same_key_twice_is_refused() -> None:
    key = a_key()

    assert "twice" in refusal(database_url=SERVER, encryption_keys=f"{key}, {key}")


def test_several_keys_are_kept_in_their_order_in_either_base64_alphabet() -> None:
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)

    settings = load_settings(
        database_url=SERVER,
        encryption_keys=f"{base64.urlsafe_b64encode(first).decode()}, {base64.b64encode(second).decode()}",
    )

    assert settings.keys == (first, second)


def test_random_keys_are_never_taken_for_made_up_ones() -> None:
    for _ in range(2000):
        assert load_settings(database_url=SERVER, encryption_keys=a_key()).keys


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "sqlite:///orders.db"),
        ("database_url", "mysql://db.example/orders"),
        ("database_url", "postgresql://[db.example/orders"),
        ("database_url", "postgresql://bridge:s3cret/word@db.example/orders"),
        ("port", "70000"),
        ("port", "eighty"),
        ("workers", "-1"),
        ("public_url", "http://bridge.example"),
        ("public_url", "bridge.example"),
        ("public_url", "https://bridge.example:port"),
        ("public_url", "https://bridge.example/?a=1"),
        ("shopify_url", "https://shopify.example"),
        ("shopify_url", "https://[{store_domain}"),
        ("shopify_url", "http://shopify.example/{store_domain}"),
        ("log_format", "xml"),
        ("log_level", "loud"),
        ("allow_private_endpoints", "perhaps"),
        ("requests_per_minute", "-1"),
        ("failed_sign_ins_per_minute", "many"),
        ("trusted_proxies", "*"),
        ("trusted_proxies", "127.0.0.1,proxy.example"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_naming_the_setting_and_not_the_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ORDERBRIDGE_{name.upper()}", value)

    said = refusal()
    assert said.startswith(f"ORDERBRIDGE_{name.upper()}: ")
    assert value not in said
    assert "s3cret" not in said


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = refusal(port=-1, workers=1000, log_level="loud").splitlines()

    assert [line.split(":")[0] for line in said] == ["ORDERBRIDGE_PORT", "ORDERBRIDGE_WORKERS", "ORDERBRIDGE_LOG_LEVEL"]


def test_the_environment_wins_over_the_env_file_and_an_empty_value_counts_as_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("ORDERBRIDGE_PORT=9001\nORDERBRIDGE_LOG_FORMAT=JSON\nORDERBRIDGE_PUBLIC_URL=\nOTHER=1\n")
    monkeypatch.setenv("ORDERBRIDGE_PORT", "9002")

    settings = load_settings()

    assert (settings.port, settings.log_format, settings.public_url) == (9002, LogFormat.JSON, None)


def test_a_simulator_on_this_machine_may_stand_for_shopify() -> None:
    settings = load_settings(shopify_url="http://127.0.0.1:9010/{store_domain}/")

    assert settings.shopify_url == "http://127.0.0.1:9010/{store_domain}"


def test_the_public_url_loses_its_last_slash() -> None:
    assert load_settings(public_url="https://bridge.example/x/").public_url == "https://bridge.example/x"


def test_printing_the_settings_shows_no_secret() -> None:
    key = a_key()
    settings = load_settings(database_url=SERVER, encryption_keys=key)

    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "canary-password" not in shown
        assert key not in shown


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
    assert isinstance(settings, Settings)
