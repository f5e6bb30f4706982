"""Sending a change, and telling what came of it: done, declined in Shopify's words, not allowed, or unknown.

Which change it is and what its payload means are its caller's to know. Nothing is repeated here that may have taken
effect: changes of orders, fulfilments and customers know no idempotency key, so whoever asks again looks first (B6).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from app.adapters.shopify.answers.stores import UserErrorAnswer
from app.adapters.shopify.document import Document
from app.adapters.shopify.envelope import ACCESS_DENIED, in_its_words
from app.adapters.shopify.points import Priority
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.errors import OutcomeUnknown, ScopeMissing, StoreDeclined, StoreRefused, StoreUnavailable
from app.ports.store_gateway import StoreRef

_SHOWN = 300
"""Characters of Shopify's reasons that we pass on."""


class Payload(Protocol):
    """What every mutation answers, beside what it changed."""

    @property
    def user_errors(self) -> Sequence[UserErrorAnswer]: ...


Data = TypeVar("Data")
Done = TypeVar("Done", bound=Payload)


async def mutated(
    transport: ShopifyTransport,
    store: StoreRef,
    document: Document[Data],
    variables: Mapping[str, object],
    *,
    payload: Callable[[Data], Done | None],
    priority: Priority = Priority.URGENT,
) -> Done:
    """The payload of a change that took effect; everything else is raised."""
    return _took_effect(await attempted(transport, store, document, variables, payload=payload, priority=priority))


async def attempted(
    transport: ShopifyTransport,
    store: StoreRef,
    document: Document[Data],
    variables: Mapping[str, object],
    *,
    payload: Callable[[Data], Done | None],
    priority: Priority = Priority.URGENT,
) -> Done:
    """As ``mutated``, but what the store has against the change is the caller's to read, error by error."""
    try:
        answer = await transport.execute(store, document, variables, priority=priority)
    except StoreUnavailable as lost:
        if lost.outcome_known:
            raise
        raise OutcomeUnknown(lost.detail, retry_after=lost.retry_after) from lost
    done = payload(answer.data)
    if done is not None and done.user_errors:
        return done
    if done is None and any(error.code == ACCESS_DENIED for error in answer.errors):
        raise ScopeMissing(f"Shopify does not allow this change: {in_its_words(answer.errors)}")
    if answer.errors:
        told = in_its_words(answer.errors)
        raise OutcomeUnknown(f"Shopify answered in part: {told} Whether the change took effect is not known.")
    if done is None:
        raise StoreRefused(f"Shopify did nothing about {document.operation} and gave no reason.")
    return done


class Changes:
    """Changes of a store that any of some scopes allows. A store that does not allow one is taken at its word for a
    while: whoever asks whether the scopes are granted hears that they are not.
    """

    def __init__(
        self,
        transport: ShopifyTransport,
        scopes: GrantedScopes,
        needed: Collection[str],
        *,
        priority: Priority = Priority.URGENT,
    ) -> None:
        self._transport = transport
        self._scopes = scopes
        self._needed = needed
        self._priority = priority

    async def mutated(
        self,
        store: StoreRef,
        document: Document[Data],
        variables: Mapping[str, object],
        payload: Callable[[Data], Done | None],
    ) -> Done:
        """As the function of this name."""
        return _took_effect(await self.attempted(store, document, variables, payload))

    async def attempted(
        self,
        store: StoreRef,
        document: Document[Data],
        variables: Mapping[str, object],
        payload: Callable[[Data], Done | None],
    ) -> Done:
        """As the function of this name."""
        with self._noted(store):
            return await attempted(
                self._transport, store, document, variables, payload=payload, priority=self._priority
            )

    @contextmanager
    def _noted(self, store: StoreRef) -> Iterator[None]:
        try:
            yield
        except ScopeMissing:
            for scope in self._needed:
                self._scopes.deny(store, scope)
            raise


def _took_effect(done: Done) -> Done:
    """Raises ``StoreDeclined`` with what the store has against the change."""
    if not done.user_errors:
        return done
    words = " · ".join(error.message for error in done.user_errors)[:_SHOWN]
    raise StoreDeclined(words, fields=[".".join(error.field or ()) for error in done.user_errors])
