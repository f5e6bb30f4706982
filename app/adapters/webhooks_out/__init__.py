"""The way to the ERP's webhook endpoints: where one may be, and signed attempts to reach it."""
