"""The work of `recheck bench` with PyTorch and transformers: the yardstick of bench/RESULTS.md.

    pip install torch==2.14.1 "transformers==5.24.*"
    python bench/pytorch/workloads.py --random bench/shapes/tiny.json
    python bench/pytorch/workloads.py --model resources/models/builtin --workload rl

Prints one JSON document with the fields of `recheck bench --json`.
"""

import argparse
import copy
import json
import os
import statistics
import time
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--random")
    parser.add_argument("--workload", choices=["fixed", "rl"], default="fixed")
    for name, default in [("batch", 32), ("prompt", 32), ("new", 64), ("train-batch", 16), ("train-length", 128)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--problems", type=int, default=192)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--autocast", action="store_true", help="products of an update in bf16, as --compute bf16")
    return parser.parse_args()


def load_model(arguments):
    if arguments.random is None:
        return AutoModelForCausalLM.from_pretrained(arguments.model, dtype=getattr(torch, arguments.dtype))
    fields = json.loads(Path(arguments.random).read_text())["config"]
    config = AutoConfig.for_model(**fields)
    return AutoModelForCausalLM.from_config(config, dtype=getattr(torch, arguments.dtype))


def resident_bytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def rate(tokens, seconds):
    counts = tokens if isinstance(tokens, list) else [tokens] * len(seconds)
    return {
        "tokens": sum(counts) / len(counts),
        "seconds": seconds,
        "tokensPerSecond": statistics.median(count / time for count, time in zip(counts, seconds)),
    }


def synchronize():
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def timed(work):
    synchronize()
    started = time.perf_counter()
    result = work()
    synchronize()
    return time.perf_counter() - started, result


def run_fixed(model, arguments):
    vocabulary = model.config.vocab_size
    prompts = torch.randint(0, vocabulary, (arguments.batch, arguments.prompt))
    mask = torch.ones_like(prompts)
    generation_config = transformers.GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, top_p=1.0, max_new_tokens=arguments.new, pad_token_id=0
    )

    def generate():
        with torch.inference_mode():
            model.generate(prompts, attention_mask=mask, generation_config=generation_config)

    def prefill():
        with torch.inference_mode():
            model(prompts, attention_mask=mask, use_cache=True, logits_to_keep=1)

    model.eval()
    generate()
    prefill()
    after_warm_up = resident_bytes()
    generation, prefills = [], []
    for _ in range(arguments.repeat):
        generation.append(timed(generate)[0])
        prefills.append(timed(prefill)[0])
    rates = {
        "generation": rate(arguments.batch * arguments.new, generation),
        "prefill": rate(arguments.batch * arguments.prompt, prefills),
    }
    if arguments.train_batch > 0:
        updates, after_warm_up = run_updates(model, arguments)
        rates["update"] = rate(arguments.train_batch * arguments.train_length, updates)
    return rates, after_warm_up


def run_updates(model, arguments):
    ids = torch.randint(0, model.config.vocab_size, (arguments.train_batch, arguments.train_length))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, betas=(0.9, 0.999), weight_decay=0.0)
    model.train()

    def update():
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.autocast):
            logits = model(ids[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    seconds, after_warm_up = [], 0
    for repetition in range(-2, arguments.repeat):
        took, _ = timed(update)
        if repetition >= 0:
            seconds.append(took)
        else:
            after_warm_up = resident_bytes()
    return seconds, after_warm_up


class ReinforcementLoop:
    """One step of stage 2: three turns by `generate`, reference log-probs, one packed row per rollout, AdamW."""

    new_tokens = 48
    policy_beta = 0.001
    rows_per_micro_batch = 64

    def __init__(self, folder, model, problems):
        self.model = model
        self.reference = copy.deepcopy(model).eval()
        # not AutoTokenizer: transformers 5 takes Qwen2's own for this model type, whose splitting loses the spaces
        self.tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(Path(folder) / "tokenizer.json"))
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=1e-7, betas=(0.9, 0.95), weight_decay=0.0)
        lines = (Path(folder) / "problems.jsonl").read_text().splitlines()[:problems]
        self.prompts = [self.encode(f"<bos><user>{json.loads(line)['problem']}<assistant>") for line in lines]
        self.end = self.tokenizer.convert_tokens_to_ids("<eos>")

    def encode(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False)

    def generate(self, prompts):
        longest = max(map(len, prompts))
        ids = torch.tensor([[0] * (longest - len(prompt)) + prompt for prompt in prompts])
        mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
        config = transformers.GenerationConfig(
            do_sample=True, temperature=1.0, top_k=0, top_p=1.0, max_new_tokens=self.new_tokens,
            eos_token_id=self.end, pad_token_id=0,
        )
        with torch.inference_mode():
            out = self.model.generate(ids, attention_mask=mask, generation_config=config)[:, longest:].tolist()
        return [row[: row.index(self.end) + 1] if self.end in row else row for row in out]

    def close(self, ids):
        return ids if ids[-1] == self.end else ids + [self.end]

    def roll_out(self):
        """Rows of ids, each with the spans of its turns, and the number of sampled tokens."""
        self.model.eval()
        rows, spans = list(self.prompts), [[] for _ in self.prompts]
        tokens = 0
        chosen = list(range(len(rows)))
        for injected in [None, "<user>Check the answer.<assistant>", "<user>Try again.<assistant>"]:
            if injected is not None:
                for row in chosen:
                    rows[row] = self.close(rows[row]) + self.encode(injected)
            completions = self.generate([rows[row] for row in chosen]) if chosen else []
            for row, completion in zip(chosen, completions):
                spans[row].append((len(rows[row]), len(rows[row]) + len(completion)))
                rows[row] = rows[row] + completion
                tokens += len(completion)
            if injected is not None:
                decoded = zip(chosen, self.tokenizer.batch_decode(completions))
                chosen = [row for row, text in decoded if "answer is wrong" in text]
        return rows, spans, tokens

    def log_probs(self, model, rows):
        longest = max(map(len, rows))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        logits = model(ids[:, :-1], use_cache=False).logits
        return torch.log_softmax(logits, -1).gather(-1, ids[:, 1:, None]).squeeze(-1)

    def update(self, rows, spans):
        self.model.train()
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        for start in range(0, len(order), self.rows_per_micro_batch):
            part = order[start : start + self.rows_per_micro_batch]
            chosen = [rows[row] for row in part]
            with torch.inference_mode():
                reference = self.log_probs(self.reference, chosen)
            ratios = self.log_probs(self.model, chosen) - reference
            terms = []
            for index, row in enumerate(part):
                for begin, end in spans[row]:
                    rho = ratios[index, begin - 1 : end - 1].sum()
                    terms.append((self.policy_beta * rho - 0.25) ** 2 / (2 * self.policy_beta))
            (torch.stack(terms).sum() / len(rows)).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()


def run_rl(model, arguments):
    loop = ReinforcementLoop(arguments.model, model, arguments.problems)
    rollouts, updates, tokens, after_warm_up = [], [], [], 0
    for step in range(-1, arguments.repeat):
        sampled, (rows, spans, count) = timed(loop.roll_out)
        updated, _ = timed(lambda: loop.update(rows, spans))
        if step < 0:
            after_warm_up = resident_bytes()
            continue
        rollouts.append(sampled)
        updates.append(updated)
        tokens.append(count)
    steps = [sampled + updated for sampled, updated in zip(rollouts, updates)]
    rates = {"step": rate(tokens, steps), "rollout": rate(tokens, rollouts), "update": rate(tokens, updates)}
    return rates, after_warm_up


def main():
    arguments = parse_arguments()
    torch.manual_seed(0)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_default_device(device)
    model = load_model(arguments).to(device)
    work = run_rl if arguments.workload == "rl" else run_fixed
    rates, after_warm_up = work(model, arguments)
    print(
        json.dumps(
            {
                "workload": arguments.workload,
                "parameters": sum(parameter.numel() for parameter in model.parameters()),
                "rates": rates,
                "memory": {"afterWarmUp": after_warm_up, "atEnd": resident_bytes()},
                "device": torch.cuda.get_device_name() if device == "cuda" else f"CPU, {torch.get_num_threads()} threads",
                "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
            }
        )
    )


main()
