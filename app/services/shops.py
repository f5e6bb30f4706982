"""Shops and the stores they stand on: made, read, changed, ended (P01, P02). Never calls the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain import awaited
from app.domain.access import Access
from app.domain.contradictory_settings import contradictions
from app.domain.identifiers import ShopId, StoreId
from app.domain.settings_values import changed_paths
from app.domain.shop_settings import ShopSettings
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from app.ports.job_queue import NudgeKind
from app.ports.keyring import Keyring
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.shops import Shop
from app.ports.repositories.stores import Store
from app.ports.store_access import StoreCredentials
from app.ports.store_credentials import open_credentials, seal_credentials, seal_previous_secret
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.waking import check_subscriptions, wake, write_held

PREVIOUS_SECRET_FOR = timedelta(hours=24)
"""Shopify signs with the old secret for a while after it was replaced."""

CLAIMING = frozenset({"orders.filters", "general.start_date"})
"""The settings that decide which orders are a shop's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShop:
    """A shop with its store; of the credentials only their kind."""

    shop: Shop
    store: Store
    credentials_kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    code: str
    name: str
    store_domain: str
    settings: ShopSettings
    credentials: StoreCredentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChange:
    """What a shop is to be."""

    name: str
    settings: ShopSettings


class ShopAdministration:
    """The use cases of ``/v1/shops``."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock, ids: IdFactory, keyring: Keyring) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._keyring = keyring

    async def create(
        self, new: NewShop, *, access: Access | None = None, once: Once[ShownShop] = AS_OFTEN_AS_ASKED
    ) -> ShownShop:
        """A shop, and its store with the first one; a second shop on the same domain joins it."""
        if access is not None and access.shops is not None:
            raise Forbidden("A key that is limited to shops cannot make another one.", code="exceeds_own_rights")
        refuse_contradictions(new.settings)
        now = self._clock.now()
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            store = await uow.stores.made(new.store_domain, new_id=StoreId(self._ids.new("sto")), now=now)
            shop = Shop(
                id=ShopId(self._ids.new("shp")),
                code=new.code,
                name=new.name,
                store_id=store.id,
                settings=new.settings,
                version=1,
                created_at=now,
                updated_at=now,
            )
            if not await uow.shops.add(shop):
                raise Conflict(f"There is a shop {new.code!r} already.", code="already_exists")
            if new.credentials is not None:
                await self._set_credentials(uow, store, new.credentials)
            await check_subscriptions(uow, store.id)
            await _claim_again(uow, store.id, now=now)
            shown = await self._shown(uow, shop)
            await once.answered(uow, shown)
            await uow.commit()
        return shown

    async def get(self, shop: ShopId) -> ShownShop:
        async with self._unit_of_work() as uow:
            return await self._shown(uow, _there(await uow.shops.find(shop)))

    async def page(self, request: PageRequest, *, access: Access) -> Page[ShownShop]:
        only = None if access.shops is None else sorted(access.shops)
        async with self._unit_of_work() as uow:
            page = await uow.shops.page(request, only=only)
            stores = await uow.stores.of({shop.store_id for shop in page.rows})
        return Page(rows=[self._show(shop, stores[shop.store_id]) for shop in page.rows], next_after=page.next_after)

    async def change(
        self, shop: ShopId, decide: Callable[[Shop], ShopChange], *, expected: Expected = ANY_VERSION
    ) -> ShownShop:
        """Change name and settings to what ``decide`` makes of the present ones, without losing anybody's change."""
        async with self._unit_of_work() as uow:
            before = _there(await uow.shops.locked(shop))
            expected.check(before.version)
            change = decide(before)
            refuse_contradictions(change.settings)
            if (change.name, change.settings) == (before.name, before.settings):
                return await self._shown(uow, before)
            after = replace(
                before,
                name=change.name,
                settings=change.settings,
                version=before.version + 1,
                updated_at=self._clock.now(),
            )
            await uow.shops.save(after)
            await _settings_changed(uow, after, changed_paths(before.settings, after.settings), now=after.updated_at)
            shown = await self._shown(uow, after)
            await uow.commit()
        return shown

    async def put_credentials(self, shop: ShopId, credentials: StoreCredentials, *, access: Access) -> None:
        """Replace the store's credentials; all shops of the store use them."""
        async with self._unit_of_work() as uow:
            store = await uow.stores.locked(_there(await uow.shops.find(shop)).store_id)
            if not all(access.sees(each.id) for each in await uow.shops.of_store(store.id)):
                raise Forbidden("These credentials also serve shops that this key does not see.", code="store_shared")
            await self._set_credentials(uow, store, credentials)
            await check_subscriptions(uow, store.id)
            for each in await uow.shops.of_store(store.id):
                await write_held(uow, each.id, now=self._clock.now())
            await uow.commit()

    async def delete(self, shop: ShopId, *, expected: Expected = ANY_VERSION) -> None:
        """Refused while orders are the shop's: their history must not vanish. The last shop ends its store's work."""
        async with self._unit_of_work() as uow:
            before = _there(await uow.shops.locked(shop))
            expected.check(before.version)
            if await uow.shops.has_orders(shop):
                raise Conflict(
                    "Orders belong to this shop, and their history stays. Turn general.allow_background and"
                    " general.allow_outgoing off to lay the shop down.",
                    code="shop_has_orders",
                )
            await uow.stores.locked(before.store_id)
            await uow.shops.delete(shop)
            if not await uow.shops.of_store(before.store_id):
                await uow.stores.delete(before.store_id, now=self._clock.now())
            else:
                await check_subscriptions(uow, before.store_id)
            await uow.commit()

    async def _set_credentials(self, uow: UnitOfWork, store: Store, credentials: StoreCredentials) -> None:
        now = self._clock.now()
        previous, same_installation = None, False
        if store.credentials is not None:
            before = open_credentials(self._keyring, store.id, store.credentials)
            secret = before.webhook_secret
            if secret and secret != credentials.webhook_secret:
                previous = seal_previous_secret(self._keyring, store.id, secret)
            same_installation = credentials.is_of_installation(before)
        await uow.stores.set_credentials(
            store.id,
            seal_credentials(self._keyring, store.id, credentials),
            previous=previous,
            previous_until=now + PREVIOUS_SECRET_FOR,
            keep_token=same_installation,
            now=now,
        )

    async def _shown(self, uow: UnitOfWork, shop: Shop) -> ShownShop:
        return self._show(shop, (await uow.stores.of({shop.store_id}))[shop.store_id])

    def _show(self, shop: Shop, store: Store) -> ShownShop:
        kind = None
        if store.credentials is not None:
            kind = open_credentials(self._keyring, store.id, store.credentials).kind.value
        return ShownShop(shop=shop, store=store, credentials_kind=kind)


def refuse_contradictions(settings: ShopSettings) -> None:
    """Settings that exclude each other are refused, both named (0.02, REF-8)."""
    found = contradictions(settings)
    if not found:
        return
    errors = [
        FieldError(pointer=f"/settings/{path.replace('.', '/')}", code="settings_contradict", detail=each.detail)
        for each in found
        for path in each.paths
    ]
    raise InvalidInput(found[0].detail, errors=errors, code="settings_contradict")


def _there(shop: Shop | None) -> Shop:
    if shop is None:
        raise NotFound("There is no such shop.")
    return shop


async def _claim_again(uow: UnitOfWork, store: StoreId, *, now: datetime) -> None:
    """What no shop claimed may be some shop's now (P11)."""
    if await uow.orders_to_import.retry_unclaimed(store, now=now):
        await uow.nudge(NudgeKind.ORDERS_TO_IMPORT, store)


HOLDING = frozenset({"general.allow_outgoing", "orders.write_document_number"})
"""The settings that hold up what is to be written to the store."""

LISTENING = frozenset(
    {
        "orders.webhooks",
        "items.auto_create",
        "customers.import",
        "customers.update_from_store",
        "companies.import",
        "companies.update_from_store",
        "general.allow_background",
        "general.allow_outgoing",
    }
)
"""The settings that decide which webhooks are wanted, and whether they may be asked for."""


async def _settings_changed(uow: UnitOfWork, shop: Shop, paths: Sequence[str], *, now: datetime) -> None:
    await wake(uow, {awaited.setting(shop.id, path) for path in paths}, shop=shop.id)
    if CLAIMING.intersection(paths):
        await _claim_again(uow, shop.store_id, now=now)
    if HOLDING.intersection(paths):
        await write_held(uow, shop.id, now=now)
    if LISTENING.intersection(paths):
        await check_subscriptions(uow, shop.store_id)
