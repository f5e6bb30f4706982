"""Encryption at rest, keyed hashes and API keys."""

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.crypto.api_keys import hash_secret, mint_api_key, parse_api_key
from app.adapters.crypto.keyring import AesGcmKeyring, KeyedHash, SecretUnreadable
from app.ports.keyring import Keyring

HERE = "stores.credentials:sto_1"
OLD, NEW = os.urandom(32), os.urandom(32)


@given(st.binary(max_size=2000))
def test_what_was_encrypted_comes_back_and_cannot_be_seen(plain: bytes) -> None:
    keyring: Keyring = AesGcmKeyring([NEW])

    cipher = keyring.encrypt(plain, context=HERE)

    assert keyring.decrypt(cipher, context=HERE) == plain
    assert len(plain) < 4 or plain not in cipher


def test_the_same_text_is_never_encrypted_to_the_same_bytes() -> None:
    keyring = AesGcmKeyring([NEW])

    assert len({keyring.encrypt(b"token", context=HERE) for _ in range(100)}) == 100


def test_after_a_new_key_is_put_in_front_old_values_are_readable_and_marked_for_renewal() -> None:
    before = AesGcmKeyring([OLD]).encrypt(b"token", context=HERE)
    rotated = AesGcmKeyring([NEW, OLD])

    after = rotated.encrypt(rotated.decrypt(before, context=HERE), context=HERE)

    assert rotated.knows(before)
    assert not before.startswith(rotated.newest)
    assert after.startswith(rotated.newest)
    assert AesGcmKeyring([NEW]).decrypt(after, context=HERE) == b"token"


def test_a_value_whose_key_is_gone_is_refused_with_what_to_do() -> None:
    before = AesGcmKeyring([OLD]).encrypt(b"token", context=HERE)

    with pytest.raises(SecretUnreadable, match=r"stores.credentials:sto_1 is not among the 1 given.*ENCRYPTION_KEYS"):
        AesGcmKeyring([NEW]).decrypt(before, context=HERE)
    assert not AesGcmKeyring([NEW]).knows(before)


def test_a_value_moved_to_another_place_cannot_be_read_there() -> None:
    """S12."""
    keyring = AesGcmKeyring([NEW])
    cipher = keyring.encrypt(b"token", context=HERE)

    with pytest.raises(SecretUnreadable, match="belongs to another place"):
        keyring.decrypt(cipher, context="stores.credentials:sto_2")


def test_any_changed_byte_is_noticed() -> None:
    keyring = AesGcmKeyring([NEW])
    cipher = keyring.encrypt(b"token", context=HERE)

    for place in range(len(cipher)):
        changed = bytearray(cipher)
        changed[place] ^= 1
        with pytest.raises(SecretUnreadable):
            keyring.decrypt(bytes(changed), context=HERE)


@pytest.mark.parametrize("cipher", [b"", b"token", b"\x01" * 10])
def test_what_is_no_ciphertext_is_refused(cipher: bytes) -> None:
    with pytest.raises(SecretUnreadable, match="not a ciphertext"):
        AesGcmKeyring([NEW]).decrypt(cipher, context=HERE)


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, b""], [NEW, NEW]])
def test_a_ring_of_wrong_keys_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"[Kk]eys"):
        AesGcmKeyring(keys)


def test_a_keyed_hash_is_found_again_after_rotation_and_only_in_its_context() -> None:
    stored = KeyedHash([OLD]).of(b"a@b.example", context="customers.email")
    rotated = KeyedHash([NEW, OLD])

    assert stored in rotated.candidates(b"a@b.example", context="customers.email")
    assert stored not in rotated.candidates(b"a@b.example", context="orders.email")
    assert stored not in rotated.candidates(b"a@c.example", context="customers.email")
    assert rotated.of(b"a@b.example", context="customers.email") != stored


def test_context_and_value_of_a_keyed_hash_do_not_run_into_each_other() -> None:
    hashes = KeyedHash([NEW])

    assert hashes.of(b"c", context="ab") != hashes.of(b"bc", context="a")


def test_a_minted_api_key_has_the_documented_form_and_proves_itself() -> None:
    minted = mint_api_key()

    assert re.fullmatch(r"ob_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", minted.text)
    presented = parse_api_key(minted.text.encode())
    assert presented is not None
    assert presented.id == minted.id
    assert presented.matches(minted.secret_hash)
    assert not presented.matches(mint_api_key().secret_hash)
    assert not presented.matches(b"")
    assert hash_secret(presented.secret) == minted.secret_hash


def test_api_keys_differ_and_their_representation_shows_no_secret() -> None:
    minted = [mint_api_key() for _ in range(200)]

    assert len({key.text for key in minted}) == 200
    for key in minted:
        presented = parse_api_key(key.text.encode())
        assert presented is not None
        assert presented.secret.decode() not in repr(key) + repr(presented)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"ob_",
        b"ob_abcd1234_short",
        b"xx_abcd1234_" + b"a" * 43,
        b"ob_abcd1234_" + b"a" * 44,
        b"ob_abcd1234_\xff" + b"a" * 42,
    ],
)
def test_what_does_not_look_like_a_key_is_none(text: bytes) -> None:
    assert parse_api_key(text) is None
