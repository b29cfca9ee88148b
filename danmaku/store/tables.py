"""What every table of the record belongs to, and the types of what is read from them."""

from typing import Any

from sqlalchemy import MetaData, Row, Select

metadata = MetaData()

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
