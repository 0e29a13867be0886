"""Write tables and figures of a run as Parquet, CSV, JSON and YAML."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from sim.results.figure import Figure
from sim.results.table import Table


def connection() -> duckdb.DuckDBPyConnection:
    """Return a connection of its own to a database in memory that works on one thread.

    So the same columns give the same bytes, and Ctrl-C ends a query: with threads that write, 2.0.0 may wait
    for them for ever.
    """
    return _database().cursor()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return the database of this process: to make one takes ten times as long as to write a table."""
    return duckdb.connect(config={"threads": 1, "async_threads": 0})


def write_columns(
    columns: dict[str, Any], parquet: Path, csv: Path | None = None, dates: Sequence[str] = (), style: str = "plain"
) -> None:
    """Write named columns as Parquet and, if asked, as CSV; the same columns give the same bytes.

    The style of CSV is "plain" (comma, decimal point) or "id" (semicolon, decimal comma).
    """
    database = connection()
    # A column of texts that are all unknown would have no type.
    kinds = {name: "VARCHAR" for name, values in columns.items() if getattr(values, "dtype", None) == np.dtype(object)}
    kinds |= dict.fromkeys(dates, "DATE")
    casts = [f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kinds.items()]
    types = f"REPLACE ({', '.join(casts)})" if casts else ""
    try:
        database.register("columns_of_table", columns)
        query = f"SELECT * {types} FROM columns_of_table"
        database.execute(
            f"COPY ({query}) TO '{_quoted(parquet)}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
        )
        if csv is not None:
            _write_csv(database, query, csv, style)
    except duckdb.IOException as error:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(parquet)) from error
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    finally:
        database.close()


def _write_csv(database: duckdb.DuckDBPyConnection, query: str, csv: Path, style: str) -> None:
    delimiter = ","
    if style == "id":
        delimiter = ";"
        described = database.execute(f"DESCRIBE {query}").fetchall()
        broken = [name for name, kind, *_ in described if kind in ("DOUBLE", "FLOAT")]
        commas = ", ".join(f"""replace(CAST("{name}" AS VARCHAR), '.', ',') AS "{name}\"""" for name in broken)
        query = f"SELECT * {f'REPLACE ({commas})' if commas else ''} FROM ({query})"
    database.execute(f"COPY ({query}) TO '{_quoted(csv)}' (FORMAT csv, HEADER, DELIMITER '{delimiter}')")


def write_parts(parts: Iterator[dict[str, Any]], parquet: Path) -> None:
    """Write columns that come in parts as one Parquet file, with no more than a part in memory."""
    aside = parquet.with_suffix(".parts")
    aside.mkdir()
    for number, columns in enumerate(parts):
        write_columns(columns, aside / f"{number:04d}.parquet")
        del columns  # before the next part is made
    written = sorted(aside.iterdir())
    if len(written) == 1:
        written[0].replace(parquet)
    else:
        _join(written, parquet)
    shutil.rmtree(aside)


def _join(parts: list[Path], parquet: Path) -> None:
    database = connection()
    try:
        files = ", ".join(f"'{_quoted(part)}'" for part in parts)
        database.execute(
            f"COPY (SELECT * FROM read_parquet([{files}])) TO '{_quoted(parquet)}' "
            "(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
        )
    except duckdb.IOException as error:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(parquet)) from error
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    finally:
        database.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


DATES = ("date", "week", "month", "busiest_month", "failed_since", "failed_since_day", "back_on")
"""Columns of dates without an hour, beside those that end in `_date`."""


def write_tables(tables: Mapping[str, Table], folder: Path, style: str = "plain") -> None:
    """Write every table, and what each column means in `columns.csv`; `style` is that of CSV."""
    folder.mkdir()
    for name, table in tables.items():
        dates = [column for column in table.columns if column in DATES or column.endswith("_date")]
        write_columns(table.arrays(), folder / f"{name}.parquet", folder / f"{name}.csv", dates, style)
    meanings = [
        {"table": name, "column": column, "meaning": meaning}
        for name, table in tables.items()
        for column, meaning in table.columns.items()
    ]
    columns = Table("columns", {"table": "", "column": "", "meaning": ""}, meanings)
    write_columns(columns.arrays(), folder / "columns.parquet", folder / "columns.csv", style=style)
    (folder / "columns.parquet").unlink()


def write_codebook(codebook: Table, path: Path, style: str = "plain") -> None:
    """Write what each column of people's rows means as CSV."""
    parquet = path.with_suffix(".parquet")
    write_columns(codebook.arrays(), parquet, path, style=style)
    parquet.unlink()


OF_AN_INTERVAL = ("low", "median", "high", "luck_share", "reached", "worlds")
"""What is written of the interval of a key figure, by the columns of the table `intervals`."""


def write_key_figures(figures: dict[str, Figure], path: Path, intervals: dict[str, dict[str, Any]]) -> None:
    """Write key figures as a flat object: name → value and unit, and the interval over worlds where there are some."""
    own = {name: {key: row[key] for key in OF_AN_INTERVAL} for name, row in intervals.items()}
    write_json({name: {"value": f.value, "unit": f.unit} | own.get(name, {}) for name, f in figures.items()}, path)


def write_json(content: Any, path: Path) -> None:
    """Write JSON as people read it."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def write_yaml(content: dict[str, Any], path: Path) -> None:
    """Write a config as YAML."""
    import yaml  # the library that reads it again, by the same version of the language: "on" is a text in one only

    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
