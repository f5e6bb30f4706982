"""The Shopify adapter: Shopify's Admin API behind the port ``StoreGateway``. Only here is Shopify's spelling spoken."""

from app.adapters.shopify.gateway import ShopifyGateway

__all__ = ["ShopifyGateway"]
