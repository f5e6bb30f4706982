"""Encryption at rest and keyed hashes."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
