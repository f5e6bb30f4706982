"""PostgreSQL: the rows, the statements and the transactions behind the ports, and the server that can come with us."""
