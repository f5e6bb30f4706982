"""Fulfilments, whole."""

from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer
from app.adapters.shopify.translators.amounts import id_of, word
from app.domain.fulfilments import Fulfilment, FulfilmentLine, Tracking
from app.domain.identifiers import shopify_id


def fulfilment(answer: FulfilmentAnswer) -> Fulfilment:
    return Fulfilment(
        shopify_id=shopify_id(answer.id),
        name=answer.name,
        status=word(answer.status),
        display_status=word(answer.display_status),
        created_at=answer.created_at,
        updated_at=answer.updated_at,
        in_transit_at=answer.in_transit_at,
        delivered_at=answer.delivered_at,
        estimated_delivery_at=answer.estimated_delivery_at,
        location_id=id_of(answer.location),
        service=answer.service.service_name if answer.service else "",
        tracking=tuple(
            Tracking(company=each.company or "", number=each.number or "", url=each.url or "")
            for each in answer.tracking_info
        ),
        lines=tuple(
            FulfilmentLine(
                shopify_id=shopify_id(line.id), line_id=shopify_id(line.line_item.id), quantity=line.quantity or 0
            )
            for line in answer.fulfillment_line_items.nodes
        ),
    )
