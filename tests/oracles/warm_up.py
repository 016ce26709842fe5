"""Supervised fine-tuning by PyTorch: rows, loss and gradients of worked examples on the built-in model, in float64.

Writes tests/fixtures/warmUp/expected.json. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch transformers tokenizers
    /tmp/oracle/bin/python tests/oracles/warm_up.py

The conversations are written out here as text; labels are -100 everywhere but on what the assistant says, end token
included; the loss is the mean cross-entropy over all labels of the batch, as `CrossEntropyLoss` computes it.
"""

import json
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "resources/models/builtin"
OUT = ROOT / "tests/fixtures/warmUp/expected.json"

# question, then (text, trained) per turn
DIALOGUES = [
    ("What is 47 + 38?", [("47+38=85 #### 85", True), ("85-38=47 want 47. The answer is correct.", True)]),
    (
        "What is 47 + 38?",
        [
            ("47+38=75 #### 75", False),
            ("75-38=37 want 47. The answer is wrong.", True),
            ("47+38=85 #### 85", True),
        ],
    ),
    ("Find x: 7*x + 5 = 61", [("61-5=57 57/7=9 #### 9", True)]),
]
PROMPTS = ["Check the answer.", "Try again."]


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(MODEL / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float64)
    encode = lambda text: tokenizer(text, add_special_tokens=False).input_ids
    rows = []
    for question, turns in DIALOGUES:
        ids = encode(f"<bos><user>{question}<assistant>")
        labels = [-100] * len(ids)
        for index, (text, trained) in enumerate(turns):
            if index > 0:
                prompt = encode(f"<user>{PROMPTS[index - 1]}<assistant>")
                ids += prompt
                labels += [-100] * len(prompt)
            said = encode(f"{text}<eos>")
            ids += said
            labels += said if trained else [-100] * len(said)
        rows.append((ids, labels))
    longest = max(len(ids) for ids, _ in rows)
    pad = lambda values, filler: values + [filler] * (longest - len(values))
    input_ids = torch.tensor([pad(ids, 0) for ids, _ in rows])
    labels = torch.tensor([pad(each, -100) for _, each in rows])
    mask = torch.tensor([pad([1] * len(ids), 0) for ids, _ in rows])
    logits = model(input_ids=input_ids, attention_mask=mask).logits
    loss = torch.nn.CrossEntropyLoss()(logits[:, :-1].reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1))
    loss.backward()
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    OUT.write_text(
        json.dumps(
            {
                "made_with": {"torch": torch.__version__, "transformers": transformers.__version__},
                "rows": [{"ids": ids, "trained": [t for t, l in enumerate(each) if l != -100]} for ids, each in rows],
                "trained_tokens": int((labels != -100).sum()),
                "loss": loss.item(),
                "gradient_norm": float(torch.sqrt(sum((g**2).sum() for g in gradients.values()))),
                "gradients": {
                    name: {"norm": g.norm().item(), "first": g.flatten()[:6].tolist()} for name, g in gradients.items()
                },
            },
        )
        + "\n"
    )


main()
