"""The comparing form of tax ids in SQL, as ``app.domain.tax_ids`` makes it: for indexes and searches."""

from collections.abc import Mapping
from typing import Final

TAX_IDS: Final[Mapping[str, str]] = {
    name: f"upper(regexp_replace({name}, '[^0-9A-Za-z]+', '', 'g'))"
    for name in ("registration_no", "vat_registration_no")
}
"""By the column of ``customers``."""
