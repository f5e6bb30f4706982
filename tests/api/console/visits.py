"""The console as a browser meets it: a house with its services, browsers that keep cookies, forms as they are sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

from app.adapters.contact import ContactKeys
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.crypto.passwords import Argon2Passwords
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.ulid import Ulids
from app.domain.console_roles import ConsoleRole
from app.jobs.recurrence import ApschedulerRecurrence
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.console_users import ConsoleUsers
from app.services.install_app import InstallApp
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_activities import ReadActivities
from app.services.read_audit_entries import ReadAuditEntries
from app.services.read_orders import ReadOrders, ReadOrdersToImport
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.runs import CancelRun, ReadRuns, StartRun
from app.services.schedules import Schedules
from app.services.shipments import Shipments
from app.services.tasks import AvailableTasks, RunContext, TaskName
from tests.api.configuration import configuring
from tests.erp_surface import RisingClock, Surface
from tests.stored_documents import an_order_to_import

QUICK = Argon2Passwords(memory_kib=64, passes=1)
QUEUE = "/console/shops/web/orders-to-import"


async def _never_run(_: RunContext) -> None:
    """Runs are only queued here."""


class NobodyInstalls:
    """The store's side of an installation, which no page of ours begins by being looked at."""

    def authorization_url(self, domain: str, *, client_id: str, redirect_uri: str, state: str) -> str:
        raise AssertionError(domain, client_id, redirect_uri, state)

    async def installed(self, store: StoreRef, code: str) -> None:
        raise AssertionError(store, code)


def services(uow: UnitOfWorkFactory, clock: RisingClock, *, signals: PostgresSignals) -> Mapping[type, object]:
    return {
        **configuring(uow, clock),
        ConsoleUsers: ConsoleUsers(unit_of_work=uow, clock=clock, ids=Ulids(), passwords=QUICK),
        InstallApp: InstallApp(
            unit_of_work=uow,
            clock=clock,
            keyring=AesGcmKeyring([b"k" * 32]),
            installer=NobodyInstalls(),
            public_url=None,
        ),
        ReadActivities: ReadActivities(uow, clock),
        ReadAuditEntries: ReadAuditEntries(uow),
        ReadOrdersToImport: ReadOrdersToImport(uow),
        OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
        ReadRuns: ReadRuns(uow, signals),
        CancelRun: CancelRun(uow, clock),
        AvailableTasks: AvailableTasks(frozenset({TaskName.IMPORT_ORDERS})),
        Schedules: Schedules(uow, clock, ApschedulerRecurrence(), {TaskName.IMPORT_ORDERS: _never_run}),
        ReadOrders: ReadOrders(uow),
        Shipments: Shipments(uow, clock, Ulids()),
        RefundRequests: RefundRequests(uow, RefundDocuments(Ulids()), clock),
        StartRun: StartRun(uow, clock, Ulids(), {TaskName.IMPORT_ORDERS: _never_run}),
    }


@dataclass(slots=True, kw_only=True)
class Browser:
    """Follows no redirect by itself; keeps cookies."""

    client: httpx.AsyncClient
    password: str = ""

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.client.get(path, params=parameters or None)

    async def sign_in(self, name: str, password: str, **more: str) -> httpx.Response:
        return await self.client.post("/console/sign-in", data={"name": name, "password": password, **more})

    async def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', (await self.get("/console/")).text)
        assert found
        return found[1]

    async def press(self, path: str, **fields: str) -> httpx.Response:
        """A button of a page that was shown to this browser; answers the page it leads to."""
        data = {"form_token": await self.form_token(), "back": QUEUE, **fields}
        answer = await self.client.post(path, data=data)
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])


async def a_user(house: Surface, name: str, role: ConsoleRole) -> str:
    """The password of a new user."""
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    return (await users.create(name, role)).password


async def queued(house: Surface, name: str, **telling: Any) -> str:
    async with house.rows() as uow:
        row = await an_order_to_import(uow.driver, name, **telling)
        await uow.commit()
    return row


def said(page: httpx.Response) -> str:
    """What the page says came of the button before it."""
    found = re.search(r'<div class="said [^>]*>(.*?)</div>', page.text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>|\s+", " ", found[1])).strip() if found else ""


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The fields of a form as a browser would send them untouched."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert found, page.text
    inputs = re.findall(r'<input(?=[^>]*name="([^"]+)")(?:[^>]*value="([^"]*)")?', found[0])
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', found[0], re.DOTALL)
    fields = {name: unescape(value) for name, value in [*inputs, *areas]}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', found[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    return fields
