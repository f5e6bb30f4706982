"""Shipments between wire and use case: what a body names, and how a kept shipment is shown."""

from collections.abc import Sequence
from decimal import Decimal

from app.api.schemas.shipments import (
    LineResult,
    OrderOfShipment,
    ParcelGiven,
    ParcelShown,
    Shipment,
    ShipmentGiven,
    ShippedLine,
)
from app.domain.identifiers import DocumentId, OrderId, ShopifyId, order_line_id
from app.domain.shipments import ParcelTracking
from app.ports.errors import FieldError, InvalidInput
from app.ports.repositories.shipments import OrderMeant, StoredShipment
from app.services.shipment_facts import ShippedArticle, articles_of
from app.services.shipments import PostedLine, PostedShipment

LINE_NAMES = ("document_line_no", "order_line_id", "shopify_line_id", "item_no")


def posted_shipment(body: ShipmentGiven) -> PostedShipment:
    """Raises ``InvalidInput`` where a body names its order, or a line what it is of, not at all or twice."""
    errors = [
        *_order_errors(body),
        *(each for place, line in enumerate(body.lines) for each in _line_errors(place, line)),
    ]
    if errors:
        raise InvalidInput("Some fields of the shipment contradict one another.", errors=errors)
    return PostedShipment(
        erp_shipment_no=body.erp_shipment_no,
        order=OrderMeant(
            order_id=OrderId(body.order_id) if body.order_id else None,
            document_id=DocumentId(body.document_id) if body.document_id else None,
            shop=body.shop,
            order_name=body.order_name,
            shopify_order_id=ShopifyId(body.shopify_order_id) if body.shopify_order_id else None,
        ),
        posting_date=body.posting_date,
        lines=tuple(_posted_line(line) for line in body.lines),
        shipping_agent_code=body.shipping_agent_code,
        tracking=parcels(body.tracking),
        notify_customer=body.notify_customer,
    )


def parcels(given: Sequence[ParcelGiven]) -> tuple[ParcelTracking, ...]:
    return tuple(ParcelTracking(number=each.number, company=each.company, url=each.url) for each in given)


def _order_errors(body: ShipmentGiven) -> list[FieldError]:
    ways = ["order_id", "document_id", "order_name", "shopify_order_id"]
    given = [name for name in ways if getattr(body, name) is not None]
    words = "Name the order in one way: order_id, document_id, or shop with order_name or shopify_order_id."
    if len(given) != 1:
        return [FieldError(pointer=f"/{given[1] if given else 'order_id'}", code="order_not_named_once", detail=words)]
    in_shop = given[0] in {"order_name", "shopify_order_id"}
    return (
        []
        if in_shop == (body.shop is not None)
        else [FieldError(pointer="/shop", code="order_not_named_once", detail=words)]
    )


def _line_errors(place: int, line: ShippedLine) -> list[FieldError]:
    given = [name for name in LINE_NAMES if getattr(line, name) is not None]
    words = "Say what was shipped in one way: document_line_no, order_line_id, shopify_line_id or item_no."
    if len(given) != 1:
        named = given[1] if given else LINE_NAMES[0]
        return [FieldError(pointer=f"/lines/{place}/{named}", code="line_not_named_once", detail=words)]
    if line.variant_code is not None and line.item_no is None:
        words = "A variant goes with its item_no."
        return [FieldError(pointer=f"/lines/{place}/variant_code", code="line_not_named_once", detail=words)]
    return []


def _posted_line(line: ShippedLine) -> PostedLine:
    said = "location_code" in line.model_fields_set
    return PostedLine(
        document_line_no=line.document_line_no,
        order_line_id=line.order_line_id,
        shopify_line_id=ShopifyId(line.shopify_line_id) if line.shopify_line_id else None,
        item_no=line.item_no,
        variant_code=line.variant_code,
        quantity=int(line.quantity),
        location_code=(line.location_code or "").strip() if said else None,
    )


def shipment_shown(kept: StoredShipment) -> Shipment:
    shipment = kept.shipment
    return Shipment.model_construct(
        id=kept.id,
        erp_shipment_no=shipment.erp_shipment_no,
        shop=kept.shop,
        order=OrderOfShipment.model_construct(id=kept.order_id, name=kept.order_name),
        posting_date=shipment.posting_date,
        shipping_agent_code=shipment.shipping_agent_code,
        tracking=[
            ParcelShown.model_construct(number=each.number, company=each.company, url=each.url)
            for each in shipment.tracking
        ],
        notify_customer=shipment.notify_customer,
        state=kept.state.value,
        reason=kept.reason,
        reason_detail=kept.reason_detail,
        results=[_result(kept, index, article) for index, article in enumerate(articles_of(kept))],
        created_at=kept.created_at,
        updated_at=kept.updated_at,
    )


def _result(kept: StoredShipment, index: int, article: ShippedArticle) -> LineResult:
    line, result = kept.shipment.lines[index], kept.results[index]
    of_line = article.shopify_line_id if article.on_order else None
    return LineResult.model_construct(
        line_index=index,
        on_order=article.on_order,
        order_line_id=order_line_id(kept.order_id, of_line) if of_line else None,
        shopify_line_id=article.shopify_line_id,
        item_no=article.item_no,
        variant_code=article.variant_code,
        sku=article.sku,
        description=article.description,
        title=article.title,
        variant_title=article.variant_title,
        quantity=Decimal(line.quantity),
        state=result.state(line).value,
        reason=result.reason.value if result.reason else None,
        reason_detail=result.reason_detail,
        quantity_sent=Decimal(result.quantity_sent),
        fulfilment_shopify_ids=list(result.fulfilments),
    )
