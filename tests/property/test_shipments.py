"""Random shipments against random lives of fulfilment orders: what is sent is what fitted, never more than is open,
nothing twice (P60). In memory; the store here applies what is asked of it as strictly as Shopify does.
"""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import MOST_LINES, ErpLocations, Part, Wanted, fit
from app.domain.shipment_sights import CREATE_FULFILMENT, SeenFulfilmentOrder, SeenLine
from app.domain.shipment_traces import left_open
from app.domain.shipments import LineResult, NotSent, ShipmentLine, ShipmentState, state_of

LINES = ("1", "2", "3")
PLACES = (ShopifyId("61"), ShopifyId("62"), None)
LOCATIONS = ErpLocations(by_code={"blue": frozenset({ShopifyId("61")}), "red": frozenset({ShopifyId("62")})})
OURS, THEIRS = "Ours", "Theirs"
SERVICES = (None, None, None, OURS, THEIRS)

Deed = tuple[str, int, int]
Asked = tuple[int, tuple[str, ...], int, str | None]


class Store:
    """Fulfilment orders of one order, and what others do to them."""

    def __init__(self, ordered: dict[str, int], service: str | None) -> None:
        self.ordered = ordered
        self.shipped: Counter[str] = Counter()
        self._numbers = 0
        self.orders = [self._made(ordered, place=PLACES[0], service=service)]

    def _made(self, left: dict[str, int], *, place: ShopifyId | None, service: str | None) -> SeenFulfilmentOrder:
        self._numbers += 1
        return SeenFulfilmentOrder(
            shopify_id=ShopifyId(str(self._numbers)),
            status="open",
            request_status="submitted" if service == OURS else "unsubmitted",
            actions=frozenset() if service == OURS else frozenset({CREATE_FULFILMENT}),
            location_id=place,
            service_name=service,
            lines=tuple(
                SeenLine(
                    shopify_id=ShopifyId(f"{self._numbers}00{line}"),
                    line_id=ShopifyId(line),
                    total_quantity=pieces,
                    remaining_quantity=pieces,
                )
                for line, pieces in left.items()
                if pieces
            ),
        )

    def suffers(self, deed: Deed) -> None:
        name, which, choice = deed
        place = which % len(self.orders)
        order = self.orders[place]
        left: dict[str, int] = {line.line_id: line.remaining_quantity for line in order.lines}
        match name:
            case "hold":
                self.orders[place] = replace(order, status="on_hold", actions=frozenset({"release_hold"}))
            case "release":
                self.orders[place] = replace(order, status="open", actions=frozenset({CREATE_FULFILMENT}))
            case "cancel":
                emptied = tuple(replace(line, remaining_quantity=0) for line in order.lines)
                self.orders[place] = replace(order, status="cancelled", actions=frozenset(), lines=emptied)
            case "split":
                half = {line: pieces // 2 for line, pieces in left.items()}
                rest = {line: pieces - half[line] for line, pieces in left.items()}
                parts = [self._made(each, place=order.location_id, service=order.service_name) for each in (half, rest)]
                self.orders[place : place + 1] = parts
            case _:
                moved = self._made(left, place=PLACES[choice % 3], service=SERVICES[choice % 5])
                self.orders[place] = moved

    def records(self, parts: tuple[Part, ...], accepted: set[ShopifyId]) -> None:
        """One fulfilment: of one place, of lines named once, of no more than is left, where it is allowed."""
        by_id = {order.shopify_id: order for order in self.orders}
        assert 0 < len(parts) <= MOST_LINES
        assert len({part.fulfilment_order_line_id for part in parts}) == len(parts)
        assert len({by_id[part.fulfilment_order_id].location_id for part in parts}) == 1
        for part in parts:
            order = by_id[part.fulfilment_order_id]
            assert order.service_name in {None, OURS}
            assert CREATE_FULFILMENT in order.actions or order.shopify_id in accepted
            [line] = [each for each in order.lines if each.shopify_id == part.fulfilment_order_line_id]
            assert 0 < part.quantity <= line.remaining_quantity
            self.shipped[part.line_id] += part.quantity
        self.orders = list(left_open(self.orders, parts))


class Sent:
    """One shipment of the ERP's: tried again, it asks for what is left of it."""

    def __init__(self, asked: list[Asked]) -> None:
        self.asked = asked
        self.lines = [ShipmentLine(quantity=quantity) for quantity, *_ in asked]
        self.results = [LineResult() for _ in asked]

    def tries(self, store: Store) -> None:
        wanted = [
            Wanted(
                index=index,
                line_ids=tuple(ShopifyId(line) for line in lines),
                quantity=quantity - self.results[index].quantity_sent,
                location_code=location,
            )
            for index, (quantity, lines, _, location) in enumerate(self.asked)
            if quantity > self.results[index].quantity_sent
        ]
        before = {line: self._open(store, line) for line in LINES}
        found = fit(wanted, store.orders, locations=LOCATIONS, own_service=OURS)
        accepted = set(found.to_accept)
        taken: Counter[int] = Counter()
        for parts in found.fulfilments:
            store.records(parts, accepted)
            for part in parts:
                for share in part.shares:
                    taken[share.index] += share.quantity
        for each in wanted:
            misfit = found.misfits.get(each.index)
            assert taken[each.index] == (0 if misfit else each.quantity)
            if misfit and misfit.reason is NotSent.QUANTITY_EXCEEDS_OPEN:
                assert sum(before[line] for line in each.line_ids) > 0
            sent = self.results[each.index].quantity_sent + taken[each.index]
            self.results[each.index] = LineResult(quantity_sent=sent, reason=misfit.reason if misfit else None)
        sent_whole = all(result.reason in {None, NotSent.NOT_ON_ORDER} for result in self.results)
        on_the_order = any(result.reason is not NotSent.NOT_ON_ORDER for result in self.results)
        state = state_of(self.lines, self.results)
        assert (state is ShipmentState.SYNCHRONISED) == (sent_whole and on_the_order)

    @staticmethod
    def _open(store: Store, line: str) -> int:
        return sum(each.remaining_quantity for order in store.orders for each in order.lines if each.line_id == line)


deeds = some.tuples(
    some.sampled_from(("hold", "release", "cancel", "split", "move")), some.integers(0, 5), some.integers(0, 29)
)
asked_lines = some.tuples(
    some.integers(1, 5),
    some.lists(some.sampled_from(LINES), max_size=3, unique=True).map(tuple),
    some.just(0),
    some.sampled_from((None, None, "BLUE", "RED", "GREEN", "")),
)
steps = some.one_of(deeds, some.lists(asked_lines, min_size=1, max_size=4), some.integers(0, 3))


# Some 1,500 shipments are tried, most of them more than once.
@settings(max_examples=250, deadline=None)
@given(
    ordered=some.fixed_dictionaries({line: some.integers(0, 8) for line in LINES}),
    service=some.sampled_from(SERVICES),
    story=some.lists(steps, min_size=6, max_size=14),
)
def test_shipments_take_what_fits_and_nothing_twice(
    ordered: dict[str, int], service: str | None, story: list[Deed | list[Asked] | int]
) -> None:
    store = Store(ordered, service)
    shipments: list[Sent] = []
    for step in story:
        if isinstance(step, tuple):
            store.suffers(step)
        elif isinstance(step, list):
            shipments.append(Sent(step))
            shipments[-1].tries(store)
        elif shipments:
            shipments[step % len(shipments)].tries(store)
        assert all(store.shipped[line] <= store.ordered[line] for line in LINES)
    told = sum(result.quantity_sent for each in shipments for result in each.results)
    assert told == sum(store.shipped.values())
