"""Clients generated from the description compile and work: one in Python, one in TypeScript (P91).

The generators stand in `.cache/clients` (`make client-tools`), outside the environment of the product.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.clients import Erp
from tests.acceptance.conftest import erp, running_service, simulator  # noqa: F401 - fixtures
from tests.acceptance.harness import Installation, Simulator, all_documents
from tests.acceptance.queue_orders import an_order, open_store, run_import
from tests.missing_tools import needs

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
TOOLS = CHECKOUT / ".cache" / "clients"
DESCRIPTION = CHECKOUT / "docs" / "openapi.json"
DOCUMENTS = 3

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(240),
    needs("the generators of clients"),
]


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture
def shop(erp: Erp, simulator: Simulator, request: pytest.FixtureRequest) -> str:  # noqa: F811
    """A shop with documents to collect, of its own for each client."""
    code = f"client-{'ts' if 'typescript' in request.node.name else 'py'}"
    desk = simulator.desk(f"{code}.myshopify.com")
    open_store(erp, desk, **{code.replace("-", "_"): {}})
    base = 930_000 if code.endswith("ts") else 940_000
    desk.put(orders=[an_order(base + number) for number in range(DOCUMENTS)])
    run_import(erp, code)
    return code


def key_of(erp: Erp) -> str:  # noqa: F811
    return str(erp.http.headers["Authorization"]).removeprefix("Bearer ")


def collected(erp: Erp, shop: str) -> set[str]:  # noqa: F811
    return {str(document["erp_document_no"]) for document in all_documents(erp, shop)}


def test_a_generated_python_client_does_a_first_integration(
    erp: Erp,  # noqa: F811
    running_service: Installation,  # noqa: F811
    shop: str,
    tmp_path: Path,
) -> None:
    """E11."""
    tools = TOOLS / "python" / "bin"
    run(
        tools / "openapi-python-client",
        *("generate", "--path", DESCRIPTION, "--output-path", tmp_path / "client", "--meta", "none"),
        folder=tmp_path,
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    )
    (tmp_path / "client").rename(tmp_path / "orderbridge_client")
    said = run(
        tools / "python",
        *(HERE / "round_trip.py", running_service.url, key_of(erp), shop),
        folder=tmp_path,
        PYTHONPATH=str(tmp_path),
    )

    assert len(said.split()) == DOCUMENTS
    assert set(said.split()) == collected(erp, shop)


def test_a_generated_typescript_client_compiles_and_does_a_first_integration(
    erp: Erp,  # noqa: F811
    running_service: Installation,  # noqa: F811
    shop: str,
    tmp_path: Path,
) -> None:
    node = TOOLS / "typescript"
    shutil.copy(HERE / "round_trip.ts", tmp_path)
    shutil.copy(HERE / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(node / "node_modules")
    tools = node / "node_modules" / ".bin"
    run(
        tools / "openapi-typescript",
        *(DESCRIPTION, "-o", "schema.d.ts", "--default-non-nullable", "false"),
        folder=tmp_path,
    )
    strict = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
    run(tools / "tsc", *strict, "--lib", "es2022,dom", "round_trip.ts", folder=tmp_path)
    said = run("node", "round_trip.js", running_service.url, key_of(erp), shop, folder=tmp_path)

    assert len(said.split()) == DOCUMENTS
    assert set(said.split()) == collected(erp, shop)
