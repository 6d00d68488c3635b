"""What `rosterline publish` writes, read by pyarrow as somebody else's program would."""

import hashlib
import json
import re
import subprocess
import tempfile
import unittest
from datetime import date, datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from process_environment import ENVIRONMENT

TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
}
"""Published types as pyarrow reads them: all of them are ones that Spark reads too."""


def plain(value):
    """A value as the warehouse's JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return value.isoformat() if isinstance(value, date) else value


class Published(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls._directory = tempfile.TemporaryDirectory(prefix="rosterline-published-")
        told = subprocess.run(
            ["node", "--import", "tsx", "test/outside/ourPublished.ts", cls._directory.name],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if told.returncode != 0:
            raise RuntimeError(f"publish failed: {told.stderr}")
        cls.warehouse = json.loads(told.stdout)
        cls.root = Path(cls._directory.name, "published")
        cls.manifest = json.loads((cls.root / "manifest.json").read_text())
        cls.tables = cls.manifest["tables"]

    @classmethod
    def tearDownClass(cls) -> None:
        cls._directory.cleanup()

    def dataset(self, table: str) -> ds.Dataset:
        """A table as one reads folders: hidden files passed over, months from the names of folders."""
        return ds.dataset(self.root / table, format="parquet", partitioning="hive")

    def test_types(self) -> None:
        """every published column is read with the type that the manifest says, instants as UTC in microseconds"""
        filled = [table for table in self.tables if self.tables[table]["rows"] > 0]
        self.assertIn("adherence_exception", filled)
        for table in filled:
            columns = {column["name"]: TYPES[column["type"]] for column in self.tables[table]["columns"]}
            month = {"month": pa.string()} if self.tables[table]["partitionedBy"] else {}
            schema = self.dataset(table).schema
            self.assertEqual({field.name: field.type for field in schema}, {**columns, **month}, table)

    def test_rows(self) -> None:
        """every table has as many rows as the warehouse, and its adherence is the same to the last value"""
        for table, rows in self.warehouse["rows"].items():
            self.assertEqual(self.tables[table]["rows"], rows, table)
            if rows > 0:
                self.assertEqual(self.dataset(table).count_rows(), rows, table)
        days = self.dataset("adherence_day").to_table().drop_columns("month")
        keys = [(key, "ascending") for key in ("management_unit_id", "local_date", "user_id")]
        published = [{name: plain(value) for name, value in row.items()} for row in days.sort_by(keys).to_pylist()]
        self.assertEqual(published, self.warehouse["days"])

    def test_instants(self) -> None:
        """an instant keeps its microseconds and is told as UTC in the file itself"""
        file = next(self.root.glob("occupancy_interval/month=2025-03/*.parquet"))
        column = pq.ParquetFile(file).schema.column(1)
        self.assertEqual((column.name, column.physical_type), ("interval_start", "INT64"))
        self.assertIn("isAdjustedToUTC=true, timeUnit=microseconds", str(column.logical_type))
        loaded_at = pq.read_table(file, columns=["loaded_at"]).column(0)[0].as_py()
        self.assertEqual(loaded_at, datetime(2026, 1, 1, microsecond=123456, tzinfo=timezone.utc))

    def test_files(self) -> None:
        """the manifest names every file with its rows, bytes and SHA-256, and no file is beside them"""
        named = {file["path"]: file for table in self.tables.values() for part in table["partitions"] for file in part["files"]}
        self.assertEqual({str(path.relative_to(self.root)) for path in self.root.rglob("*.parquet")}, set(named))
        for path, file in named.items():
            content = (self.root / path).read_bytes()
            self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (file["bytes"], file["sha256"]))
            metadata = pq.ParquetFile(self.root / path).metadata
            self.assertEqual(metadata.num_rows, file["rows"])
            self.assertEqual(metadata.row_group(0).column(0).compression, "ZSTD")

    def test_statistics(self) -> None:
        """every row group has statistics of every column, and rows in the order that the manifest says"""
        file = pq.ParquetFile(next(self.root.glob("occupancy_interval/month=2025-03/*.parquet")))
        self.assertEqual(file.metadata.num_row_groups, 3)
        for number in range(file.metadata.num_row_groups):
            for column in range(file.metadata.num_columns):
                statistics = file.metadata.row_group(number).column(column).statistics
                self.assertTrue(statistics.has_min_max and statistics.has_null_count)
        rows = file.read(columns=self.tables["occupancy_interval"]["sortedBy"]).to_pylist()
        keys = [tuple(row.values()) for row in rows]
        self.assertEqual(keys, sorted(keys))

    def test_pruning(self) -> None:
        """a filter by month opens that month's files alone, and one by unit reads one row group of three"""
        occupancy = self.dataset("occupancy_interval")
        march = list(occupancy.get_fragments(filter=ds.field("month") == "2025-03"))
        self.assertEqual((len(occupancy.files), len(march)), (2, 1))
        unit = march[0].subset(filter=ds.field("management_unit_id") == "mu-1")
        self.assertEqual(len(unit.row_groups), 1)
        self.assertEqual(occupancy.count_rows(filter=ds.field("management_unit_id") == "mu-2"), 30_000)

    def test_documented(self) -> None:
        """what docs/publish.md shows for pyarrow reads by the manifest"""
        text = Path("docs/publish.md").read_text()
        snippet = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
        found: dict = {}
        exec(snippet.replace("/srv/wfm", str(self.root)), found)  # noqa: S102
        self.assertEqual(found["days"].count_rows(), self.warehouse["rows"]["adherence_day"])
        self.assertIn("month", found["days"].schema.names)

    def test_names(self) -> None:
        """no value of any column is an agent's name"""
        texts = [column for table in self.tables if self.tables[table]["rows"] for column in self.dataset(table).to_table().columns]
        values = {value.as_py() for column in texts if column.type == pa.string() for value in column.unique()}
        self.assertIn("user-stays", values)
        self.assertFalse(values & {"Aisyah binti Rahman", "Wei Ling Tan"})
