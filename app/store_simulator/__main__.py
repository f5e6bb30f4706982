"""Runs the simulator by itself: python -m app.store_simulator [--host HOST] [--port PORT]."""

import argparse

from app.store_simulator.server import run


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m app.store_simulator", description="A Shopify store to develop against."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free port")
    chosen = parser.parse_args()
    run(chosen.host, chosen.port)


if __name__ == "__main__":
    main()
