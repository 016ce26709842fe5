"""Files of other tools that `recheck import-runs` reads, and what those tools read of them, in tests/fixtures/imports.

    python tests/oracles/imported_runs.py tensorboard    (pip install torch tensorboard==2.21.0)
    python tests/oracles/imported_runs.py trackio        (pip install trackio==0.43.0 pyarrow)

wandb-history.csv, wandb-history.jsonl and wandb-panel.csv are written by hand: W&B makes them from its server alone, in the
form of its documentation (Run.history, "Export CSV" of a panel).
"""

import json
import math
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile

folder = pathlib.Path(__file__).parent.parent / "fixtures" / "imports"


def number(value):
    return value if math.isfinite(value) else str(value)


def tensorboard():
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter
    import numpy

    logs = folder / "tensorboard"
    shutil.rmtree(logs, ignore_errors=True)
    writer = SummaryWriter(logs / "lr-0.1")
    for step in range(20):
        writer.add_scalar("loss", 1 / (step + 1), step, walltime=1795737600 + step)
        writer.add_scalar("as tensor", step * 2.5, step, walltime=1795737600 + step, new_style=True)
        writer.add_scalar("in double", 1 / 3 + step, step, walltime=1795737600 + step, double_precision=True)
    writer.add_scalars("split", {"train": 1.5, "test": 2.5}, 0, walltime=1795737600)
    writer.add_scalar("loss", math.nan, 20, walltime=1795737620)
    writer.add_scalar("loss", math.inf, 21, walltime=1795737621)
    writer.add_scalar("loss", 5.0, 3, walltime=1795737622)
    writer.add_histogram("weights", numpy.arange(10), 0)
    writer.add_text("note", "hello", 0)
    writer.close()
    # the program went on from step 15
    writer = SummaryWriter(logs / "lr-0.1", purge_step=15)
    writer.add_scalar("loss", 9.0, 16, walltime=1795737640)
    writer.close()
    read = {}
    for run in sorted({path.parent for path in logs.rglob("*tfevents*")}):
        accumulator = EventAccumulator(str(run), size_guidance={"scalars": 0, "tensors": 0})
        accumulator.Reload()
        scalars = {}
        for tag in accumulator.Tags()["scalars"]:
            scalars[tag] = [[event.step, number(event.value)] for event in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["tensors"]:
            if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
                from tensorboard.util.tensor_util import make_ndarray

                scalars[tag] = [
                    [event.step, number(float(make_ndarray(event.tensor_proto)))] for event in accumulator.Tensors(tag)
                ]
        read[str(run.relative_to(logs))] = scalars
    (folder / "tensorboard.json").write_text(json.dumps(read, indent=1) + "\n")


def trackio():
    with tempfile.TemporaryDirectory() as home:
        os.environ["TRACKIO_DIR"] = home
        import trackio as tool
        from trackio.sqlite_storage import SQLiteStorage

        for name, rate in (("baseline", 1e-3), ("larger rate", 1e-2)):
            tool.init(project="fixture", name=name, config={"learning_rate": rate, "model": "tiny"})
            for step in range(6):
                odd = math.nan if step == 2 else math.inf if step == 3 else 1.0
                tool.log({"train/loss": 1 / (step + 1), "accuracy": step / 6, "odd": odd, "word": "x"}, step=step * 10)
            tool.finish()
        made = pathlib.Path(home) / "fixture.db"
        SQLiteStorage._flatten_and_write_parquet(made, "metrics", "metrics", folder / "trackio.parquet")
        database = sqlite3.connect(made, isolation_level=None)
        # smaller pages: each of its many indexes takes one
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA page_size = 512")
        database.execute("VACUUM")
        database.close()
        shutil.copy(made, folder / "trackio.db")


folder.mkdir(exist_ok=True)
{"tensorboard": tensorboard, "trackio": trackio}[sys.argv[1]]()
