"""GSM8K-like Parquet files in the codecs that data sets come in, written by Apache Arrow.

Writes tests/fixtures/parquet/<codec>.parquet. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install pyarrow==26.0.1
    /tmp/oracle/bin/python tests/oracles/parquet_files.py
"""

from pathlib import Path

import pyarrow
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
table = pyarrow.table({
    "question": [f"What is {i} + {i}? π" for i in range(50)],
    "answer": [f"{i}+{i}={2 * i}\n#### {2 * i}" for i in range(50)],
    "level": pyarrow.array([i % 3 for i in range(50)], pyarrow.int64()),
})
for codec in ["none", "snappy", "gzip", "brotli", "zstd"]:
    pyarrow.parquet.write_table(table, ROOT / f"tests/fixtures/parquet/{codec}.parquet", compression=codec, row_group_size=20)
