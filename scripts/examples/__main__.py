"""`python -m scripts.examples` plays the story and writes what was said to where the OpenAPI document reads it."""

import json

from app.api.openapi_examples import FILE
from scripts.examples.stable import stable
from scripts.examples.story import play
from scripts.examples.world import world


def main() -> None:
    with world() as played:
        play(played)
        harvest = stable(played.recorder.harvest(), played.recorder.stand_ins)
    sorted_parts = {part: dict(sorted(told.items())) for part, told in harvest.items()}
    FILE.write_text(json.dumps(sorted_parts, indent=1, ensure_ascii=False) + "\n")
    print(f"{FILE}: {len(harvest['operations'])} operations, {len(harvest['events'])} kinds of events")


if __name__ == "__main__":
    main()
