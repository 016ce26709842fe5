"""Parquet files written by Apache Arrow: GSM8K-like rows in the codecs that data sets come in, and every kind of cell in
every encoding, with what Python prints for it.

Writes tests/fixtures/parquet/<codec>.parquet, cells-<kind>.parquet and cells.json. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install pyarrow==26.0.1 numpy==2.4.6
    /tmp/oracle/bin/python tests/oracles/parquet_files.py
"""

import datetime
import decimal
import json
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2] / "tests/fixtures/parquet"
ROWS = 300

gsm8k = pyarrow.table({
    "question": [f"What is {i} + {i}? π" for i in range(50)],
    "answer": [f"{i}+{i}={2 * i}\n#### {2 * i}" for i in range(50)],
    "level": pyarrow.array([i % 3 for i in range(50)], pyarrow.int64()),
})
for codec in ["none", "snappy", "gzip", "brotli", "zstd"]:
    pyarrow.parquet.write_table(gsm8k, ROOT / f"{codec}.parquet", compression=codec, row_group_size=20)

def mixed(values):
    """Every seventh cell is missing."""
    return [None if i % 7 == 3 else value for i, value in enumerate(values)]

numbers = [(i * 2654435761) % 4294967296 - 2147483648 for i in range(ROWS)]
big = [(i * 6364136223846793005 + 1442695040888963407) % 2**64 - 2**63 for i in range(ROWS)]
cents = [decimal.Decimal(n).scaleb(-2) for n in numbers]
long_cents = [decimal.Decimal(b * 10**6 + 7).scaleb(-5, decimal.Context(prec=40)) for b in big]
texts = [f"Frage {i}: wie viel ist {i} · 2? 🙂" for i in range(ROWS)]
columns = {
    "text": (pyarrow.string(), texts, texts),
    "large_text": (pyarrow.large_string(), texts, texts),
    "bytes": (pyarrow.binary(), [t.encode() for t in texts], texts),
    "int8": (pyarrow.int8(), [n % 256 - 128 for n in numbers], [str(n % 256 - 128) for n in numbers]),
    "int32": (pyarrow.int32(), numbers, [str(n) for n in numbers]),
    "int64": (pyarrow.int64(), big, [str(b) for b in big]),
    "uint32": (pyarrow.uint32(), [n + 2**31 for n in numbers], [str(n + 2**31) for n in numbers]),
    "uint64": (pyarrow.uint64(), [b + 2**63 for b in big], [str(b + 2**63) for b in big]),
    "float32": (pyarrow.float32(), [i / 10 for i in range(ROWS)], [f"{i / 10:.10g}" for i in range(ROWS)]),
    "float64": (pyarrow.float64(), [i / 10 for i in range(ROWS)], [f"{i / 10:.10g}" for i in range(ROWS)]),
    "float16": (pyarrow.float16(), [numpy.float16(i / 4) for i in range(ROWS)], [f"{i / 4:.10g}" for i in range(ROWS)]),
    "decimal9": (pyarrow.decimal128(12, 2), cents, [str(c) for c in cents]),
    "decimal38": (pyarrow.decimal128(38, 5), long_cents, [f"{c:f}" for c in long_cents]),
    "truth": (pyarrow.bool_(), [n % 3 == 0 for n in numbers], [n % 3 == 0 for n in numbers]),
    "few": (pyarrow.string(), [f"Algebra {i % 4}" for i in range(ROWS)], [f"Algebra {i % 4}" for i in range(ROWS)]),
}
unread = {
    "date": (pyarrow.date32(), [datetime.date(2024, 1, 1)] * ROWS),
    "time": (pyarrow.timestamp("us"), [datetime.datetime(2024, 1, 1)] * ROWS),
    "clock": (pyarrow.time64("us"), [datetime.time(12)] * ROWS),
    "list": (pyarrow.list_(pyarrow.int64()), [[1, 2]] * ROWS),
    "group": (pyarrow.struct([("x", pyarrow.int64())]), [{"x": 1}] * ROWS),
}

def schema(optional):
    fields = [pyarrow.field(name, kind[0], nullable=optional) for name, kind in {**columns, **unread}.items()]
    return pyarrow.schema(fields)

def table(optional):
    give = mixed if optional else list
    arrays = [pyarrow.array(give(kind[1]), kind[0]) for kind in {**columns, **unread}.values()]
    return pyarrow.table(arrays, schema=schema(optional))

def write(name, optional, **options):
    pyarrow.parquet.write_table(table(optional), ROOT / f"cells-{name}.parquet", row_group_size=170, data_page_size=1024, **options)

plain = {"use_dictionary": False}
integers = {name: "DELTA_BINARY_PACKED" for name in ["int32", "int64", "int8", "uint32", "uint64"]}
floats = {name: "BYTE_STREAM_SPLIT" for name in ["float32", "float64", "float16"]}
write("plain", True, **plain, compression="none", data_page_version="1.0")
write("dictionary", True, compression="snappy", data_page_version="1.0", write_page_checksum=True)
write("plain-v2", False, **plain, compression="zstd", data_page_version="2.0")
write("dictionary-v2", True, compression="gzip", data_page_version="2.0", write_page_checksum=True)
write("delta", True, use_dictionary=False, compression="zstd", data_page_version="2.0",
      column_encoding={**integers, **floats, "text": "DELTA_BYTE_ARRAY", "large_text": "DELTA_LENGTH_BYTE_ARRAY", "truth": "RLE", "bytes": "DELTA_BYTE_ARRAY"})
write("delta-v1", False, use_dictionary=False, compression="brotli", data_page_version="1.0",
      column_encoding={**integers, **floats, "text": "DELTA_LENGTH_BYTE_ARRAY", "few": "DELTA_BYTE_ARRAY", "truth": "RLE", "decimal38": "BYTE_STREAM_SPLIT"})
pyarrow.parquet.write_table(table(True), ROOT / "cells-lz4.parquet", compression="lz4")
(ROOT / "cells.json").write_text(json.dumps({name: kind[2] for name, kind in columns.items()}))
