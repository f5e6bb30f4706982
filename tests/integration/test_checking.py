"""``orderbridge check`` says what keeps an installation from being used, and nothing else is a failure."""

import base64
import os

from app.adapters.crypto.keyring import AesGcmKeyring
from app.administration import Checked, check_installation
from app.settings import load_settings
from tests.acceptance.harness import scratch_folder
from tests.acceptance.processes import command
from tests.machinery import connect

OLD, NEW = os.urandom(32), os.urandom(32)


async def checked(url: str, *keys: bytes) -> Checked:
    given = ",".join(base64.b64encode(key).decode() for key in keys)
    return await check_installation(load_settings(database_url=url, encryption_keys=given))


def test_there_is_nothing_wrong_with_an_embedded_database_that_the_first_start_makes() -> None:
    with scratch_folder() as folder:
        new = command("check", environment={"ORDERBRIDGE_DATA_DIR": str(folder / "data")})

    assert new.returncode == 0, new.stderr
    assert new.stdout.splitlines() == [
        "The embedded database is new: the first `orderbridge serve` makes its tables.",
        "Settings and database are as they should be.",
    ]


async def test_an_empty_database_of_a_server_is_a_problem_since_nothing_migrates_it(empty_database_url: str) -> None:
    found = await checked(empty_database_url, NEW)

    assert len(found.problems) == 1
    assert "orderbridge migrate" in found.problems[0]


async def test_keys_are_a_problem_when_one_is_missing_and_a_note_when_an_older_one_is_needed(database_url: str) -> None:
    cipher = AesGcmKeyring([OLD]).encrypt(b"{}", context="stores.credentials:sto_1")
    connection = await connect(database_url)
    await connection.execute(
        "INSERT INTO stores (id, store_domain, credentials, created_at, updated_at)"
        " VALUES ('sto_1', 'one.myshopify.com', $1, now(), now())",
        cipher,
    )
    await connection.close()

    missing, older, fine = [await checked(database_url, *keys) for keys in ((NEW,), (NEW, OLD), (OLD, NEW))]

    assert "ORDERBRIDGE_ENCRYPTION_KEYS" in missing.problems[0]
    assert "one.myshopify.com" in missing.problems[0]
    assert not older.problems
    assert "another than the first of ORDERBRIDGE_ENCRYPTION_KEYS: 1." in older.notes[0]
    assert not fine.problems
    assert not [note for note in fine.notes if "ORDERBRIDGE_ENCRYPTION_KEYS" in note]
