"""The operator's console: pages at ``/console`` for people who signed in (P82, decision 48).

Its addresses are those of ``/v1``: what is read at ``/v1/orders`` is shown at ``/console/orders``. Each page asks the
surface for its data and each button asks it for the remedy, as the person who signed in, so that nothing can be done
here that a key with the same scopes could not do. Knows no service but the one of its users.
"""
