"""What is asked of one order: its document, its mapping, a fresh copy; and of the queue: retry, leave out.

Refusals are ``Conflict`` with the code of api.md. A mapping given by hand is kept for good and never overwritten (P20,
4.23).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.access import Access
from app.domain.identifiers import OrderId, ShopId, ShopifyId
from app.domain.item_choice import ItemLookup
from app.domain.items import ItemChoice
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.problems import Problem, ProblemCode
from app.ports.clock import Clock
from app.ports.errors import Conflict, FieldError, InvalidInput, NotFound
from app.ports.job_queue import NudgeKind
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.documents_reading import DocumentJson
from app.ports.repositories.orders import KnownOrder
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.held_orders import blocked_events, candidate_of, is_news, saved_decision
from app.services.links import refuse_unknown_variant
from app.services.mapping_by_hand import ABOUT_THE_CUSTOMER, mapped_by_hand
from app.services.order_decisions import Candidate, Decision, OrderDecisions, errors_of
from app.services.rereading import is_read, want_read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """An order held for a request, with its shop's configuration."""

    known: KnownOrder
    order: Order
    shop: ShopConfiguration


class OrderRequests:
    """Each method is one transaction and leaves the order decided anew."""

    def __init__(self, uow: UnitOfWorkFactory, decisions: OrderDecisions, clock: Clock) -> None:
        self._uow = uow
        self._decisions = decisions
        self._clock = clock

    async def create_document(
        self, access: Access, order_id: OrderId, *, once: Once[DocumentJson] = AS_OFTEN_AS_ASKED
    ) -> DocumentJson:
        """Make the document now, by the present number setting. Raises ``Conflict``: ``already_processed``,
        ``order_blocked`` with its problems, ``nothing_to_document``.
        """
        async with self._uow() as uow:
            await once.begin(uow)
            held = await self._hold(uow, access, order_id)
            live = (await uow.documents.live_of_orders([order_id])).get(order_id)
            if live is not None:
                raise Conflict(
                    f"The order has the live document {live.number}.",
                    code="already_processed",
                    facts={"document_id": live.id},
                )
            known = replace(held.known, use_shopify_number=held.shop.settings.orders.use_shopify_order_number)
            candidate = replace(candidate_of(known, held.order, held.shop, make=True), by_request=True)
            decision = await self._decide(uow, replace(held, known=known), candidate)
            if decision.document_id is not None:
                document = await uow.documents_reading.one(decision.document_id, shop_ids=None)
                assert document is not None
                await once.answered(uow, document)
                await uow.commit()
                return document
            await uow.commit()
        raise _refusal(decision)

    async def find_mapping(self, access: Access, order_id: OrderId, *, expected: Expected = ANY_VERSION) -> None:
        """Look for customers and items again."""
        await self._again(access, order_id, expected=expected)

    async def create_customer(self, access: Access, order_id: OrderId, *, expected: Expected = ANY_VERSION) -> None:
        """Look again, and create the customer when none is found, whatever ``customers.auto_create`` says (4.05).

        Raises ``Conflict`` with the problem that is left when the order has no customer still; what was decided stays.
        """
        decision = await self._again(access, order_id, expected=expected, may_create_customer=True)
        if decision.mapping.sell_to_customer_id is None:
            raise _nobody_created(decision)

    async def set_mapping(
        self,
        access: Access,
        order_id: OrderId,
        changes: Mapping[str, str | None],
        *,
        expected: Expected = ANY_VERSION,
    ) -> None:
        """Set customers (by number) and codes by hand; None gives a field back to the rules."""
        async with self._uow() as uow:
            held = await self._hold(uow, access, order_id, expected=expected)
            _refuse_processed(held.known)
            mapping = await mapped_by_hand(uow, held.shop.id, held.known.mapping, changes)
            await self._redecide(uow, held, mapping)
            await uow.commit()

    async def set_line_item(
        self,
        access: Access,
        order_id: OrderId,
        line_id: ShopifyId,
        choice: ItemChoice | None,
        *,
        expected: Expected = ANY_VERSION,
    ) -> None:
        """Set the item of a line by hand; None gives the line back to the rules."""
        async with self._uow() as uow:
            held = await self._hold(uow, access, order_id, expected=expected)
            _refuse_processed(held.known)
            if all(line.shopify_id != line_id for line in held.order.lines):
                raise NotFound("The order has no such line.")
            items = {line: item for line, item in held.known.mapping.items.items() if line != line_id}
            if choice is not None:
                items[line_id] = await self._checked_item(uow, held.shop.id, choice)
            await self._redecide(uow, held, replace(held.known.mapping, items=items))
            await uow.commit()

    async def reread(self, access: Access, order_id: OrderId) -> bool:
        """Read the order again from the store; whether that was done within ten seconds.

        Raises ``Conflict`` when it failed: ``not_at_store`` when the store knows it no more, ``scope_missing``, …
        """
        async with self._uow() as uow:
            held = await self._hold(uow, access, order_id)
            store, order, read_before = held.known.store_id, held.known.shopify_id, held.known.read_at
            await want_read(uow, store, order, now=self._clock.now())
            if await uow.write_backs.retry(order_id, now=self._clock.now()):
                await uow.nudge(NudgeKind.WRITE_BACK, store)
            await uow.commit()
        return await is_read(self._uow, store, order, read_before=read_before)

    async def retry_import(self, access: Access, row: str) -> None:
        """Import an order of the queue now, however often it failed before."""
        async with self._uow() as uow:
            store = await uow.orders_to_import.retry(row, shops=access.shops, now=self._clock.now())
            if store is None:
                raise NotFound("There is no such order to import.")
            await uow.nudge("orders_to_import", store)
            await uow.commit()

    async def leave_out(self, access: Access, row: str) -> None:
        """Leave an order of the queue out until it changes at the store (1.22)."""
        async with self._uow() as uow:
            if not await uow.orders_to_import.leave_out(row, shops=access.shops, now=self._clock.now()):
                raise NotFound("There is no such order to import.")
            await uow.commit()

    async def _hold(
        self, uow: UnitOfWork, access: Access, order_id: OrderId, *, expected: Expected = ANY_VERSION
    ) -> _Held:
        found = (await uow.orders.locked([order_id])).get(order_id)
        if found is None or not access.sees(found[0].shop_id):
            raise NotFound("There is no such order.")
        known, order = found
        expected.check(known.version)
        configuration = await uow.configurations.of_store(known.store_id)
        shop = configuration.shop(known.shop_id) if configuration else None
        if shop is None:
            raise NotFound("There is no such order.")
        return _Held(known=known, order=order, shop=shop)

    async def _again(
        self, access: Access, order_id: OrderId, *, expected: Expected, may_create_customer: bool | None = None
    ) -> Decision:
        async with self._uow() as uow:
            held = await self._hold(uow, access, order_id, expected=expected)
            _refuse_processed(held.known)
            decision = await self._redecide(uow, held, held.known.mapping, may_create_customer=may_create_customer)
            await uow.commit()
        return decision

    async def _redecide(
        self, uow: UnitOfWork, held: _Held, mapping: OrderMapping, *, may_create_customer: bool | None = None
    ) -> Decision:
        known = replace(held.known, mapping=mapping)
        make = held.shop.settings.orders.auto_create_documents and not known.documents_on_request
        candidate = replace(
            candidate_of(known, held.order, held.shop, make=False), make=make, may_create_customer=may_create_customer
        )
        return await self._decide(uow, held, candidate)

    async def _decide(self, uow: UnitOfWork, held: _Held, candidate: Candidate) -> Decision:
        """What was decided now; what stands with the order may say more (a rejection stays until it is documented)."""
        now = self._clock.now()
        decision = (await self._decisions.decide(uow, [candidate], now=now))[0]
        kept = _rejection(held.known.problems) if decision.document_id is None else ()
        standing = replace(decision, problems=(*kept, *decision.problems))
        if decision.document_id is not None or is_news(held.known, standing):
            saved = saved_decision(held.known, standing, now=now)
            if decision.document_id is not None and held.order.refunds:
                # Refunds that waited for this document follow it.
                saved = replace(saved, retry_at=now)
                await uow.nudge("documents", held.shop.id)
            await uow.orders.save([saved], now=now)
            await uow.events.append_many([*blocked_events(held.known, saved), *decision.events])
        return decision

    async def _checked_item(self, uow: UnitOfWork, shop: ShopId, choice: ItemChoice) -> ItemChoice:
        found = await uow.order_facts.items(shop, ItemLookup(item_nos=frozenset({choice.item_no.casefold()})))
        alike = found.alike(choice.item_no)
        item = alike[0] if len(alike) == 1 else None
        if item is None:
            detail = f"There is no item {choice.item_no}. Send it with PUT /v1/items/{{no}} first."
            raise InvalidInput(detail, errors=[FieldError(pointer="/item_no", code="unknown_item", detail=detail)])
        refuse_unknown_variant(item, choice.variant_code)
        return replace(
            choice,
            item_no=item.no,
            unit=choice.unit or item.base_unit,
            description=item.variants.get(choice.variant_code or "") or item.description,
            rule="by_hand",
        )


def _refuse_processed(known: KnownOrder) -> None:
    if known.state is OrderState.PROCESSED:
        raise Conflict(
            "The order is processed: its document stands. Unlink the document first (POST …/unlink-documents).",
            facts={"state": known.state.value},
        )


def _rejection(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """What the ERP said when it rejected the last document stays until a new one is made."""
    return tuple(problem for problem in problems if problem.code is ProblemCode.DOCUMENT_REJECTED)


def _nobody_created(decision: Decision) -> Conflict:
    """By the problem of the customer; an order of which nothing is left has none, and no customer either."""
    reasons = [problem for problem in decision.problems if problem.code in ABOUT_THE_CUSTOMER]
    if not reasons:
        return Conflict(
            "The order has no customer of its own that could be created. Set the customers of the order.",
            code=ProblemCode.CUSTOMER_MISSING.value,
        )
    return Conflict(
        f"No customer was created. {reasons[0].detail} {reasons[0].remedy}",
        code=reasons[0].code.value,
        errors=errors_of(reasons),
    )


def _refusal(decision: Decision) -> Conflict:
    if any(problem.code is ProblemCode.NOTHING_TO_DOCUMENT for problem in decision.problems):
        return Conflict(decision.problems[0].detail, code="nothing_to_document")
    return Conflict(
        "The order cannot be documented until its problems are solved.",
        code="order_blocked",
        errors=errors_of(decision.problems),
    )
