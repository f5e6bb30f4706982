"""Writes docs/personal-data.md from the classification of the columns; a test compares the two.

Run it after a column was added or classified anew: ``.venv/bin/python -m scripts.write_personal_data_map``.
"""

from pathlib import Path

from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds

PAGE = Path(__file__).resolve().parents[1] / "docs" / "personal-data.md"
MEANING = {
    Holds.PERSON: "names, addresses, e-mail, phone, or a body or sentence that can contain them",
    Holds.PERSON_KEY: "an identifier by which a person can be found",
    Holds.SECRET: "ciphertext or a keyed hash of a secret",
}
OPENING = """# Personal data

Which columns of the database can hold a person or a secret. Everything else holds numbers, codes, states and texts of
our own. Made from the classification beside each column (`app/adapters/postgres/tables/`) by
`scripts/write_personal_data_map.py`; a test keeps the two equal, and every database that any test makes is searched at
its end for persons in other columns and for secrets in any.

Nothing of it is printed in logs. An e-mail address or phone number is also kept as a key for comparison (`…_key`),
which is as personal as the thing itself.
"""


def personal_data_map() -> str:
    """The page as the classification of the columns says."""
    parts = [OPENING]
    for holds, meaning in MEANING.items():
        parts.append(f"\n## {holds.value}: {meaning}\n\n| table | columns |\n|---|---|\n")
        for table in sorted(metadata.tables.values(), key=lambda each: each.name):
            names = [f"`{column.name}`" for column in table.columns if column.info["holds"] is holds]
            if names:
                parts.append(f"| `{table.name}` | {', '.join(names)} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(personal_data_map())
