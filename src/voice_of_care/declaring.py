"""What a declared table is: its columns, what they may hold, and the check at each border."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa

from voice_of_care.errors import PrivacyError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "text"
INTEGER = "integer"
NUMBER = "number"
BOOLEAN = "boolean"
DATE = "date"
TEXT_LIST = "list of text"
NUMBER_LIST = "list of numbers"

_DTYPES: Mapping[str, str] = MappingProxyType(
    {
        TEXT: "str",
        INTEGER: "Int64",
        NUMBER: "float64",
        BOOLEAN: "boolean",
        DATE: "datetime64[us]",
        TEXT_LIST: "object",
        NUMBER_LIST: "object",
    }
)

_SQL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        TEXT: "VARCHAR",
        INTEGER: "BIGINT",
        NUMBER: "DOUBLE",
        BOOLEAN: "BOOLEAN",
        DATE: "DATE",
        TEXT_LIST: "VARCHAR[]",
        NUMBER_LIST: "DOUBLE[]",
    }
)


@dataclass(frozen=True)
class Column:
    """One declared column: its kind, what it means, and what it may hold."""

    kind: str
    meaning: str
    required: bool = True
    one_of: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None

    @property
    def dtype(self) -> str:
        """Return the pandas dtype."""
        return _DTYPES[self.kind]

    @property
    def sql_type(self) -> str:
        """Return the DuckDB type."""
        return _SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A declared table: strict columns, and the key that no two rows share."""

    name: str
    meaning: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]

    def schema(self) -> pa.DataFrameSchema:
        """Return the pandera schema: strict, so that an undeclared column is refused."""
        return pa.DataFrameSchema(
            {
                name: pa.Column(column.dtype, _checks(column), nullable=not column.required)
                for name, column in self.columns.items()
            },
            strict=True,
            ordered=True,
            unique=list(self.key) or None,
            name=self.name,
        )

    def empty(self) -> pd.DataFrame:
        """Return the table with no rows."""
        return pd.DataFrame({name: pd.Series([], dtype=column.dtype) for name, column in self.columns.items()})


def _checks(column: Column) -> list[Any]:
    checks: list[Any] = []
    if column.one_of is not None:
        checks.append(pa.Check.isin(list(column.one_of), ignore_na=True))
    if column.low is not None:
        checks.append(pa.Check.ge(column.low, ignore_na=True))
    if column.high is not None:
        checks.append(pa.Check.le(column.high, ignore_na=True))
    return checks


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the frame with the table's column order and dtypes, or raise.

    Args:
        frame: the rows; every declared column must be there and no other.
        table: the declaration.

    Raises:
        PrivacyError: the frame carries `raw_text` and the table does not declare it.
        SchemaError: columns or values are not as declared. The message names table, column and rule, never a value.
    """
    unknown = [str(name) for name in frame.columns if name not in table.columns]
    if "raw_text" in unknown:
        msg = f"Table {table.name} may not carry raw text; only de-identified text may pass here."
        raise PrivacyError(msg)
    missing = [name for name in table.columns if name not in frame.columns]
    if unknown or missing:
        msg = f"Table {table.name}: undeclared columns {unknown}, missing columns {missing}."
        raise SchemaError(msg)
    typed = {}
    for name, column in table.columns.items():
        try:
            typed[name] = _cast(frame[name], column)
        except (TypeError, ValueError):
            msg = f"Table {table.name}, column {name}: not all values are of kind {column.kind}."
            raise SchemaError(msg) from None
    result = pd.DataFrame(typed).reset_index(drop=True)
    try:
        table.schema().validate(result, lazy=False)
    except (pa.errors.SchemaError, pa.errors.SchemaErrors) as error:
        check = getattr(error, "check", None)
        column_name = getattr(getattr(error, "schema", None), "name", None) or table.name
        msg = f"Table {table.name}, column {column_name}: rule not kept ({check})."
        raise SchemaError(msg) from None
    return result


def _cast(values: pd.Series, column: Column) -> pd.Series:
    if column.kind in {TEXT_LIST, NUMBER_LIST}:
        as_item: type = str if column.kind == TEXT_LIST else float
        lists = [[as_item(item) for item in value] if _is_listlike(value) else [] for value in values]
        return pd.Series(lists, dtype="object")
    if column.kind == DATE:
        return pd.Series(pd.to_datetime(values).dt.as_unit("us").dt.normalize().to_numpy(), dtype=column.dtype)
    if column.kind == TEXT:
        return pd.Series([None if pd.isna(value) else str(value) for value in values], dtype="str")
    return pd.Series(values.to_numpy(), dtype=column.dtype)


def _is_listlike(value: object) -> bool:
    return value is not None and not isinstance(value, (str, float))


def text(meaning: str, *, required: bool = True, one_of: tuple[str, ...] | None = None) -> Column:
    """Declare a text column."""
    return Column(TEXT, meaning, required, one_of)


def number(meaning: str, *, required: bool = True, low: float | None = None, high: float | None = None) -> Column:
    """Declare a column of floating-point numbers."""
    return Column(NUMBER, meaning, required, None, low, high)


def integer(meaning: str, *, required: bool = True, low: float | None = None) -> Column:
    """Declare a column of whole numbers."""
    return Column(INTEGER, meaning, required, None, low)
