"""How an order becomes a sales document, or why it does not (P30–P34). Start reading at ``building``."""
