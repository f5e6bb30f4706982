"""Records that tasks exchange with a store: what is to be sent, what was sent, and what went wrong."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId


class ExchangeKind(StrEnum):
    """The ERP's records by our ids; those of the store by Shopify's."""

    CUSTOMER = "customer"
    COMPANY = "company"
    COMPANY_LOCATION = "company_location"
    STORE_CUSTOMER = "store_customer"
    STORE_COMPANY = "store_company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """How far a record is. ``sent`` is a digest of what was last sent, taken or refused."""

    record_id: str
    store_record_id: ShopifyId | None = None
    asked: bool = False
    unfinished: bool = False
    sent: bytes | None = None
    store_updated_at: datetime | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeError:
    code: str
    detail: str
    """Safe to show to whoever may see the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerToExport:
    """An ERP customer with what it is linked to in the shop, and how far its export is."""

    customer: Customer
    store_records: tuple[ShopifyId, ...]
    """The store customers, companies or company locations that it is, as the kind says."""
    exchange: Exchange


class Exchanges(Protocol):
    async def listed_at(self, shop: ShopId, task: str) -> datetime | None:
        """How far the task has listed; None = never."""
        ...

    async def set_listed_at(self, shop: ShopId, task: str, at: datetime) -> None:
        """It never goes back."""
        ...

    async def ask(
        self,
        shop: ShopId,
        kind: ExchangeKind,
        records: Collection[str],
        *,
        company: ShopifyId | None = None,
        now: datetime,
    ) -> None:
        """These are to be exported, whatever became of them before; as locations of ``company``, if it is given."""
        ...

    async def customers_to_export(
        self, shop: ShopId, kind: ExchangeKind, *, after: str, limit: int, everybody: bool, linked: bool
    ) -> Sequence[CustomerToExport]:
        """Those behind ``after``, by our ids: who was asked for or begun with, and besides who is linked, or everybody
        whom the ERP has numbered and not blocked and who is no company.
        """
        ...

    async def customer_to_export(self, shop: ShopId, kind: ExchangeKind, customer: CustomerId) -> CustomerToExport:
        """One that is there, as it is by now."""
        ...

    async def linked_elsewhere(
        self, shop: ShopId, kind: ExchangeKind, record: ShopifyId, customer: CustomerId
    ) -> str | None:
        """The number (else our id) of another customer that the store record is linked to."""
        ...

    async def begin(self, shop: ShopId, kind: ExchangeKind, record: str, *, now: datetime) -> None:
        """Its making at the store begins now."""
        ...

    async def found(
        self, shop: ShopId, kind: ExchangeKind, record: str, store_record: ShopifyId, *, now: datetime
    ) -> None:
        """What it is at the store."""
        ...

    async def done(
        self,
        shop: ShopId,
        kind: ExchangeKind,
        record: str,
        *,
        store_record: ShopifyId | None,
        sent: bytes | None,
        store_updated_at: datetime | None,
        now: datetime,
    ) -> None:
        """The store holds it; what was asked for is done and what went wrong is mended."""
        ...

    async def failed(
        self,
        shop: ShopId,
        kind: ExchangeKind,
        record: str,
        error: ExchangeError,
        *,
        sent: bytes | None,
        finished: bool,
        now: datetime,
    ) -> None:
        """Why it was not exchanged. ``sent`` = what was refused: it is not sent again as it is. ``finished`` = whoever
        asked has got this answer.
        """
        ...

    async def mended(self, shop: ShopId, kind: ExchangeKind, records: Collection[str]) -> None:
        """Nothing is wrong with these any more."""
        ...

    async def failing(self, shop: ShopId, kind: ExchangeKind) -> Sequence[str]:
        """Records with an error, to be tried again."""
        ...

    async def known_store_records(
        self, shop: ShopId, kind: ExchangeKind, records: Collection[ShopifyId]
    ) -> Collection[ShopifyId]:
        """Those of them that are linked in the shop, for customers over an address, too."""
        ...

    async def our_writes(self, shop: ShopId, records: Collection[ShopifyId]) -> Mapping[ShopifyId, datetime]:
        """The change times that our own writes left."""
        ...
