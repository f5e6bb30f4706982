"""The image and the compose file, as far as they can be judged without building or starting anything."""

import ast
import json
import re
import shlex
import tomllib
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from app import __version__
from app.main import ROLES
from app.settings import PREFIX, Settings
from tests.architecture.source_files import CHECKOUT, files_of_the_project

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
VENDORED = "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
SCHEMA = json.loads(Path(str(distribution("check-jsonschema").locate_file(VENDORED))).read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SETTINGS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    word: str
    text: str


def stages() -> list[list[Instruction]]:
    """The Dockerfile's instructions, by stage."""
    lines = [
        line for line in (CHECKOUT / "Dockerfile").read_text().splitlines() if line.strip() and not line.startswith("#")
    ]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()
    found: list[list[Instruction]] = []
    for line in whole:
        word, _, text = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append(Instruction(word=word, text=text.strip()))
    return found


BUILD, IMAGE = stages()


def texts(stage: list[Instruction], word: str) -> list[str]:
    return [each.text for each in stage if each.word == word]


def environment(stage: list[Instruction]) -> dict[str, str]:
    return dict(pair.partition("=")[::2] for text in texts(stage, "ENV") for pair in shlex.split(text))


def copied() -> list[str]:
    """What the build takes from the checkout."""
    return [source for text in texts(BUILD, "COPY") for source in text.split()[:-1]]


# The compose file.


def test_the_compose_file_is_one() -> None:
    assert [error.message for error in jsonschema_rs.validator_for(SCHEMA).iter_errors(COMPOSE)] == []


def test_a_compose_file_with_a_slip_would_not_be_one() -> None:
    wrong = {**COMPOSE, "services": {**SERVICES, "api": {**SERVICES["api"], "health_check": {}}}}

    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(wrong)


def test_there_is_a_database_its_migration_the_api_and_a_worker_in_that_order() -> None:
    conditions = {
        (name, needed): how["condition"]
        for name, service in SERVICES.items()
        for needed, how in service.get("depends_on", {}).items()
    }

    assert set(SERVICES) == {"postgres", "migrate", "api", "worker"}
    assert conditions == {
        ("migrate", "postgres"): "service_healthy",
        ("api", "migrate"): "service_completed_successfully",
        ("worker", "migrate"): "service_completed_successfully",
    }
    assert {name: service["command"] for name, service in OURS.items()} == {
        "migrate": ["migrate"],
        "api": ["serve", "--role", "api"],
        "worker": ["serve", "--role", "worker"],
    }
    assert {"api", "worker"} <= set(ROLES)
    assert OURS["migrate"]["restart"] == "no"


def test_only_the_api_can_be_reached_and_by_default_from_its_host_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    port = environment(IMAGE)["ORDERBRIDGE_PORT"]
    assert published == {"api": [f"${{ORDERBRIDGE_PUBLISH:-127.0.0.1:8000}}:{port}"]}
    assert not any(service.get("network_mode") or service.get("privileged") for service in SERVICES.values())


def test_no_secret_stands_in_it_and_nothing_starts_without_one() -> None:
    given = {
        (name, key): str(value)
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
    }
    secret = {at: value for at, value in given.items() if re.search("PASSWORD|KEYS|DATABASE_URL", at[1])}

    assert len(secret) == 7
    assert {at for at, value in secret.items() if not re.search(r"\$\{[A-Z_]+:\?", value)} == set()
    assert {key for _, key in given if key.startswith(PREFIX)} <= SETTINGS


def test_what_can_tell_its_health_does_and_nothing_waits_for_what_cannot() -> None:
    disabled = {name for name, service in SERVICES.items() if service.get("healthcheck", {}).get("disable")}

    assert disabled == {"migrate", "worker"}
    assert SERVICES["postgres"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert len(texts(IMAGE, "HEALTHCHECK")) == 1


def test_our_containers_may_do_nothing_but_run() -> None:
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]


def test_the_database_outlives_its_container() -> None:
    [volume] = SERVICES["postgres"]["volumes"]

    assert volume.partition(":")[0] in COMPOSE["volumes"]


# The image.


def test_what_the_image_is_built_from_is_there_and_let_through() -> None:
    ours = {str(path.relative_to(CHECKOUT)) for path in files_of_the_project()}
    rules = (CHECKOUT / ".dockerignore").read_text().split()

    assert rules[0] == "*"
    for source in copied():
        assert source in ours or any(name.startswith(f"{source}/") for name in ours), source
        assert f"!{source}" in rules
    assert {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"], "pyproject.toml"} <= set(copied())
    packages = PROJECT["tool"]["hatch"]["build"]["packages"]
    assert {*packages, *PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]} <= set(copied())


def test_image_and_compose_file_name_the_release_that_is_built() -> None:
    [labels] = texts(IMAGE, "LABEL")

    assert f'org.opencontainers.image.version="{__version__}"' in labels
    assert COMPOSE["x-orderbridge"]["image"] == f"orderbridge:{__version__}"


def test_the_image_takes_only_the_installed_product_from_its_build() -> None:
    [base] = {text.split(" AS ")[0] for stage in (BUILD, IMAGE) for text in texts(stage, "FROM")}

    assert texts(IMAGE, "COPY") == ["--from=build /opt/orderbridge /opt/orderbridge"]
    assert texts(BUILD, "FROM")[0].endswith(" AS build")
    assert ":" in base
    assert not base.endswith(":latest")
    assert [each for stage in (BUILD, IMAGE) for each in stage if each.word == "ADD"] == []


def test_every_package_is_installed_by_its_hash() -> None:
    installs = [
        command
        for text in texts(BUILD, "RUN")
        for command in text.split("&&")
        if re.search("pip (install|wheel)", command)
    ]

    assert len(installs) == 4
    assert [command for command in installs if not re.search("--require-hashes|--no-deps", command)] == []


def test_it_runs_as_nobody_who_could_change_it() -> None:
    words = [each.word for each in IMAGE]
    [user] = texts(IMAGE, "USER")

    assert user not in {"root", "0"}
    assert f" {user}" in " ".join(texts(IMAGE, "RUN"))
    assert "RUN" not in words[words.index("USER") :]
    assert "COPY" not in words[words.index("USER") :]


def test_its_settings_exist_and_its_port_is_the_one_it_shows() -> None:
    given = environment(IMAGE)

    assert {name for name in given if name.startswith(PREFIX)} <= SETTINGS
    assert texts(IMAGE, "EXPOSE") == [given["ORDERBRIDGE_PORT"]]
    assert given["ORDERBRIDGE_HOST"] == "0.0.0.0"


def test_it_starts_our_command_and_asks_it_for_its_health() -> None:
    command = json.loads(texts(IMAGE, "CMD")[0])
    check = json.loads(texts(IMAGE, "HEALTHCHECK")[0].partition("CMD ")[2])

    assert json.loads(texts(IMAGE, "ENTRYPOINT")[0]) == list(PROJECT["project"]["scripts"])
    assert command[:2] == ["serve", "--role"]
    assert command[2] in ROLES
    assert check[:2] == ["python3", "-c"]
    ast.parse(check[2])
    assert "/readyz" in check[2]
