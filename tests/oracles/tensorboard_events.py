"""What TensorBoard itself reads of tests/fixtures/tensorboard/events.bin, written to as_read.json beside it.

    node tests/oracles/save_events.ts && python tests/oracles/tensorboard_events.py     (pip install tensorboard==2.21.0)
"""

import json
import pathlib
import shutil
import tempfile

import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = pathlib.Path(__file__).parent.parent / "fixtures" / "tensorboard"
with tempfile.TemporaryDirectory() as logs:
    shutil.copy(folder / "events.bin", pathlib.Path(logs) / "events.out.tfevents.1795737600.run")
    accumulator = EventAccumulator(logs)
    accumulator.Reload()
    tags = accumulator.Tags()
    read = {
        "tensorboard": tensorboard.__version__,
        "fileVersion": accumulator.file_version,
        "scalars": {
            tag: [[event.wall_time, event.step, event.value] for event in accumulator.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "texts": {
            tag: [accumulator.Tensors(tag)[0].tensor_proto.string_val[0].decode()] for tag in tags["tensors"]
        },
        "textPlugin": sorted(accumulator.PluginTagToContent("text")),
    }
(folder / "as_read.json").write_text(json.dumps(read, indent=2, ensure_ascii=False) + "\n")
