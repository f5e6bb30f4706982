"""Reading the ERP's pictures."""
