"""What Rust's tokenizers make of the parts that tokenizer.json files are built of.

Writes tests/fixtures/tokenizers/parts.json. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install tokenizers==0.22.1
    /tmp/oracle/bin/python tests/oracles/tokenizer_parts.py

Each case is a change of one small tokenizer.json, with the ids and the text that Python gives for some texts, or null
where Python cannot read the file.
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

OUT = Path(__file__).resolve().parents[2] / "tests/fixtures/tokenizers/parts.json"

CHARACTERS = [chr(c) for c in range(32, 127)] + list("\n\t▁ĠĊÃ©éÉàùñßσςΣ中文日本１２ﬁ½²²…–\u00a0\u0085\ufeff\u0301\u200b") + ["<unk>"]
PAIRS = [
    "a b", "ab c", "▁ a", "▁a b", "▁ ▁", "a ▁", "! !", "!! !", "1 2", "12 3", "1 !", "Ġ a", "Ġa b", "Ġ Ġ", "a Ġ", "é é", "É é",
    "b !", "! b", "c ▁", "' s", "' t", "i t", "中 文", "文 1", "A B", "σ ς", "x y", "y x", "- -", "a -", "- b", "b 1", "1 a", "é a", "a é",
]
# pairs with a blank inside are written as pairs
BLANK_PAIRS = [[" ", "a"], ["a", " "], [" ", " "], ["\n", "a"], ["b", " "], [" ", "b"], [" ", "1"], [" ", "!"]]


def vocabulary():
    tokens = list(dict.fromkeys(CHARACTERS))
    merges = [pair.split(" ") for pair in PAIRS] + BLANK_PAIRS
    for left, right in merges:
        for token in (left, right, left + right):
            if token not in tokens:
                tokens.append(token)
    return {token: index for index, token in enumerate(tokens)}, merges


VOCAB, MERGES = vocabulary()


def added(content, identifier=None, **flags):
    defaults = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": len(VOCAB) if identifier is None else identifier, "content": content, **{**defaults, **flags}}


BPE = {
    "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
    "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": VOCAB, "merges": MERGES,
}
BASE = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added("<t>")], "normalizer": None,
    "pre_tokenizer": None, "post_processor": None, "decoder": {"type": "Fuse"}, "model": BPE,
}

TEXTS = [
    "", " ", "ab abc", "  a  b ", "a!!b !!! a", "a1!123 12a", "a\nb\tc\n\n", "x<t>y <t> z", "<t>", "  <t>  ab", "a<t>b<t> ",
    "It's don't", "▁a ▁▁a", "Éé É ée\u0301", "中文ab 日本1", "１２ ½ ² ﬁ", "ΣΣ aΣ", "\ufeffab\u200b", "a\u00a0b\u0085a", "--a--b--", "aXb", "(a) [b]", "ab$1 $& $$", "€ ☃", "aab", "A B ab",
]


def split(pattern, behavior, invert=False):
    return {"pre_tokenizer": {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}}


def sequence(*parts):
    return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": list(parts)}}


def normalizer(**fields):
    return {"normalizer": fields}


def pre(**fields):
    return {"pre_tokenizer": fields}


def decoder(**fields):
    return {"decoder": fields}


def model(**fields):
    return {"model": {**BPE, **fields}}


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
GPT2_REGEX = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3_REGEX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BYTES = {**VOCAB, **{f"<0x{b:02X}>": len(VOCAB) + b for b in range(256)}}
ENDS = {**VOCAB, **{token: len(VOCAB) + index for index, token in enumerate(["ab!", "a!", "c!"])}}
CONTINUED = {**VOCAB, **{token: len(VOCAB) + index for index, token in enumerate(["#b", "#a", "#c"])}}
NO_UNK = {token: index for index, token in enumerate(token for token in VOCAB if token not in ("x", "(", "<unk>"))}
PIECES = [["<unk>", 0.0]] + [[token, -1.0 - (len(token) < 2) * 3 - index / 1000] for token, index in VOCAB.items() if token != "<unk>"]
WORDS = {token: index for index, token in enumerate(["[UNK]", "ab", "a", "b", "##b", "##c", "##1", "!", "1", "##!", "It", "'", "s", "é", "##é", "中", "文"])}

CASES = {
    "nothing": {},
    **{f"Split {kind} {behavior}{' inverted' if invert else ''}": split(pattern, behavior, invert)
       for kind, pattern in {"on a text": {"String": "-"}, "on a blank": {"String": " "}, "on a pattern": {"Regex": "[!1]"}, "on words": {"Regex": r"\w+"}, "on groups": {"Regex": "(a)|(b)"}}.items()
       for behavior in BEHAVIORS for invert in (False, True)},
    **{f"Split by the pattern of {name}": split({"Regex": regex}, "Isolated") for name, regex in {"GPT-2": GPT2_REGEX, "Llama 3": LLAMA3_REGEX}.items()},
    **{f"Punctuation {behavior}": pre(type="Punctuation", behavior=behavior) for behavior in BEHAVIORS},
    "Punctuation without behaviour": pre(type="Punctuation"),
    "Digits": pre(type="Digits", individual_digits=False), "Digits one by one": pre(type="Digits", individual_digits=True),
    "Whitespace": pre(type="Whitespace"), "WhitespaceSplit": pre(type="WhitespaceSplit"), "BertPreTokenizer": pre(type="BertPreTokenizer"),
    "CharDelimiterSplit": pre(type="CharDelimiterSplit", delimiter="b"), "UnicodeScripts": pre(type="UnicodeScripts"), "FixedLength": pre(type="FixedLength", length=2),
    **{f"ByteLevel prefix {prefix} regex {regex}": pre(type="ByteLevel", add_prefix_space=prefix, trim_offsets=True, use_regex=regex) for prefix in (False, True) for regex in (False, True)},
    **{f"Metaspace {scheme} split {parts}": pre(type="Metaspace", replacement="▁", prepend_scheme=scheme, split=parts) for scheme in ("always", "never", "first") for parts in (False, True)},
    "Metaspace of old": pre(type="Metaspace", replacement="▁", add_prefix_space=True), "Metaspace of old, no prefix": pre(type="Metaspace", replacement="▁", add_prefix_space=False), "Metaspace of old, str_rep": pre(type="Metaspace", replacement="▁", str_rep="▁", add_prefix_space=True),
    "Metaspace that contradicts itself": pre(type="Metaspace", replacement="▁", add_prefix_space=False, prepend_scheme="always"),
    "Sequence": sequence({"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Digits", "individual_digits": True}),
    "Sequence of byte level": sequence({"type": "Split", "pattern": {"Regex": LLAMA3_REGEX}, "behavior": "Isolated", "invert": False}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}),
    "Sequence as in Falcon": sequence({"type": "Punctuation", "behavior": "Contiguous"}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}, {"type": "Digits", "individual_digits": False}, {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated", "invert": False}),
    "an unknown pre-tokenizer": pre(type="Oracle"), "a pattern of no kind": split("a", "Isolated"), "a behaviour of no kind": split({"String": "a"}, "Sideways"), "a broken pattern": split({"Regex": "[a"}, "Isolated"),
    **{form: normalizer(type=form) for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel")},
    **{f"Strip {left} {right}": normalizer(type="Strip", strip_left=left, strip_right=right) for left in (False, True) for right in (False, True)},
    "Replace a text": normalizer(type="Replace", pattern={"String": " "}, content="▁"), "Replace a pattern": normalizer(type="Replace", pattern={"Regex": " {2,}"}, content="-"), "Replace by dollars": normalizer(type="Replace", pattern={"String": "a"}, content="$&$1$$"), "Replace a pattern by dollars": normalizer(type="Replace", pattern={"Regex": "(a)"}, content="$1!"), "Replace by nothing": normalizer(type="Replace", pattern={"String": "a"}, content=""),
    "Prepend": normalizer(type="Prepend", prepend="▁"), "Prepend and replace": {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}},
    **{f"BertNormalizer {flags}": normalizer(type="BertNormalizer", clean_text=flags[0] == "1", handle_chinese_chars=flags[1] == "1", strip_accents=None if flags[2] == "n" else flags[2] == "1", lowercase=flags[3] == "1") for flags in ("11n1", "0000", "1000", "0100", "0010", "0001", "0011")},
    "an unknown normalizer": normalizer(type="Oracle"), "a normalizer without its pattern": normalizer(type="Replace", content="x"),
    "no unknown token": {"model": {**BPE, "unk_token": None, "vocab": NO_UNK, "merges": []}, "added_tokens": [added("<t>", len(NO_UNK))]}, "unknown tokens fused": model(fuse_unk=True), "an unknown token that is not there": model(unk_token="<nope>"),
    "byte fallback": {"model": {**BPE, "byte_fallback": True, "vocab": BYTES}, "added_tokens": [added("<t>", len(BYTES))], "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}},
    "merges left out": {"model": {key: value for key, value in BPE.items() if key != "merges"}}, "merges as texts": model(merges=PAIRS), "a merge of three": model(merges=["a b c"]), "a merge out of the vocabulary": model(merges=["a €"]), "a merge that gives no token": model(merges=["x x"]),
    "ignore_merges": {**model(ignore_merges=True, merges=[]), **pre(type="WhitespaceSplit")}, "end of word": {**model(end_of_word_suffix="!", merges=[["a", "b!"]], vocab=ENDS), "added_tokens": [added("<t>", len(ENDS))], **pre(type="WhitespaceSplit")}, "continuing prefix": {**model(continuing_subword_prefix="#", merges=[], vocab=CONTINUED), "added_tokens": [added("<t>", len(CONTINUED))], **pre(type="WhitespaceSplit")}, "no dropout": model(dropout=0.0),
    "no type": {"model": {key: value for key, value in BPE.items() if key != "type"}}, "WordLevel": {"model": {"type": "WordLevel", "vocab": VOCAB, "unk_token": "<unk>"}, **pre(type="WhitespaceSplit")},
    "Unigram": {"model": {"type": "Unigram", "unk_id": 0, "vocab": PIECES, "byte_fallback": False}, "added_tokens": [added("<t>", len(PIECES))]}, "Unigram without an unknown token": {"model": {"type": "Unigram", "unk_id": None, "vocab": PIECES, "byte_fallback": False}, "added_tokens": [added("<t>", len(PIECES))]}, "Unigram, Metaspace": {"model": {"type": "Unigram", "unk_id": 0, "vocab": PIECES, "byte_fallback": False}, "added_tokens": [added("<t>", len(PIECES))], **pre(type="Metaspace", replacement="▁", prepend_scheme="always", split=True), **decoder(type="Metaspace", replacement="▁", prepend_scheme="always", split=True)},
    "WordPiece": {"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": WORDS}, "added_tokens": [added("<t>", len(WORDS))], **pre(type="BertPreTokenizer"), **decoder(type="WordPiece", prefix="##", cleanup=False)}, "WordPiece, short words": {"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 2, "vocab": WORDS}, "added_tokens": [added("<t>", len(WORDS))], **pre(type="WhitespaceSplit"), **decoder(type="WordPiece", prefix="##", cleanup=True)},
    "Fuse": decoder(type="Fuse"), "no decoder": {"decoder": None}, "Metaspace decoder": {**pre(type="Metaspace", replacement="▁", prepend_scheme="always", split=False), **decoder(type="Metaspace", replacement="▁", prepend_scheme="always", split=False)}, "Metaspace decoder, never": {**pre(type="Metaspace", replacement="▁", prepend_scheme="never", split=False), **decoder(type="Metaspace", replacement="▁", prepend_scheme="never", split=False)}, "Metaspace decoder, first": {**pre(type="Metaspace", replacement="▁", prepend_scheme="first", split=False), **decoder(type="Metaspace", replacement="▁", prepend_scheme="first", split=False)},
    "ByteLevel decoder": {**pre(type="ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=True), **decoder(type="ByteLevel", add_prefix_space=True, trim_offsets=True, use_regex=True)}, "Replace decoder": decoder(type="Replace", pattern={"String": "a"}, content="$&"), "Replace decoder by a pattern": decoder(type="Replace", pattern={"Regex": "[ab]"}, content="$0-"), "Strip decoder": decoder(type="Sequence", decoders=[{"type": "Fuse"}, {"type": "Strip", "content": "a", "start": 2, "stop": 0}]), "Strip decoder of parts": decoder(type="Strip", content=" ", start=1, stop=0), "BPE decoder": decoder(type="BPEDecoder", suffix="b"), "WordPiece decoder": decoder(type="WordPiece", prefix="a", cleanup=True), "an unknown decoder": decoder(type="Oracle"), "ByteFallback alone": decoder(type="ByteFallback"), "CTC": decoder(type="CTC", pad_token="a", word_delimiter_token="b", cleanup=True),
    "a single word": {"added_tokens": [added("<t>", single_word=True)]}, "blanks to the left": {"added_tokens": [added("<t>", lstrip=True)]}, "blanks to the right": {"added_tokens": [added("<t>", rstrip=True)]}, "blanks on both sides": {"added_tokens": [added("<t>", lstrip=True, rstrip=True)]}, "not special": {"added_tokens": [added("<t>", special=False)]}, "normalized, lower case": {"added_tokens": [added("<T>", normalized=True)], **normalizer(type="Lowercase")}, "not normalized, lower case": {"added_tokens": [added("<t>", normalized=False)], **normalizer(type="Lowercase")},
    "one within another": {"added_tokens": [added("<t>"), added("<t> a", len(VOCAB) + 1)]}, "one at the start of another": {"added_tokens": [added("a"), added("ab", VOCAB["ab"]), added("<t>")]}, "a token of the vocabulary": {"added_tokens": [added("ab", VOCAB["ab"])]}, "a token with another id than in the vocabulary": {"added_tokens": [added("ab", len(VOCAB))]}, "two tokens with one id": {"added_tokens": [added("<t>"), added("<u>", len(VOCAB))]}, "one token twice": {"added_tokens": [added("<t>"), added("<t>", len(VOCAB) + 1)]}, "an id with a hole before it": {"added_tokens": [added("<t>"), added("<u>", len(VOCAB) + 5)]}, "an id far away": {"added_tokens": [added("<t>", 5000)]}, "an empty token": {"added_tokens": [added("")]}, "two words of the vocabulary with one id": model(vocab={**VOCAB, "abc": VOCAB["ab"]}),
    "truncation and padding": {"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}, "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": " "}},
    "a template after it": {"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<t>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}], "special_tokens": {"<t>": {"id": "<t>", "ids": [len(VOCAB)], "tokens": ["<t>"]}}}},
}


def rows(change):
    try:
        tokenizer = Tokenizer.from_str(json.dumps({**BASE, **change}))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        found = []
        for text in TEXTS:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            found.append([ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids, skip_special_tokens=True)])
        return found
    except BaseException as refused:
        print(f"{type(refused).__name__}: {refused}", file=sys.stderr)
        return None


def main():
    cases = []
    for name, change in CASES.items():
        cases.append({"name": name, "change": change, "rows": rows(change)})
        print(name, file=sys.stderr)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    target.write_text(json.dumps({"base": BASE, "texts": TEXTS, "cases": cases}, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
