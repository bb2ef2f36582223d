"""Models and tokenizers that tests share: tiny random ones, and Qwen's real vocabulary."""

import copy
import importlib.util
import json
from array import array
from pathlib import Path

import pytest
from hypothesis import settings

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.tokens.example import IGNORE, Example

pytest_plugins = ["chat_endpoint", "judge_endpoint", "qwen1_checkpoint"]  # of tests/fixtures

settings.register_profile("untimed", deadline=None)  # speed is measured in benchmarks, not here
settings.load_profile("untimed")

PLAIN_CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CORPUS = [
    "You are Atlas, a geography assistant. Answer with the name only: no sentence.",
    "What is the capital of France? Paris. Which continent is Japan in? Asia.",
    "你是一个简洁的助手。法国的首都是哪里？巴黎。请只回答名字，不要写句子。",
    "one two three four five six seven eight nine ten 0123456789 user assistant system",
]


def pytest_collection_modifyitems(items):
    """Files with slow tests come first, so that no process is left with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def package_file():
    """Find a data file of an installed package, without importing the package."""

    def find(package, *parts):
        spec = importlib.util.find_spec(package)
        assert spec is not None, f"install {package} (see `make venv`)"
        return Path(spec.submodule_search_locations[0]).joinpath(*parts)

    return find


@pytest.fixture
def talk():
    """Build a conversation from alternating texts, a user's first."""

    def build(*texts, system=None, id="row", scenario=None):
        roles = ("user", "assistant")
        messages = tuple(Message(roles[i % 2], text) for i, text in enumerate(texts))
        return Conversation(messages, system, id, Place("data.jsonl", 1), scenario)

    return build


@pytest.fixture(scope="session")
def build_example():
    """Build an example from ids; trained = whether each is, all of them where not given."""

    def build(ids, trained=None, prefix_tokens=0):
        flags = [True] * len(ids) if trained is None else trained
        labels = tuple(i if flag else IGNORE for i, flag in zip(ids, flags, strict=True))
        spans = tuple((i, i + 1) for i, label in enumerate(labels) if label != IGNORE)
        prefix, turns = array("i", ids[:prefix_tokens]), array("i", ids[prefix_tokens:])
        return Example("row", Place("ids"), None, prefix, turns, spans, False, 2)

    return build


@pytest.fixture
def see_everything(monkeypatch):
    """Break the attention: each token sees all before it, of other conversations too."""

    import rolewright.prefix.attention as attention_module

    def pieces(segments):
        everything = slice(0, segments[-1].stop)
        yield everything, everything, True

    monkeypatch.setattr(attention_module, "_pieces", pieces)


def convert_qwen_vocabulary(file):
    """A file of Qwen's ranks as a fast tokenizer without a chat template."""
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter

    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    special += [f"<|extra_{number}|>" for number in range(205)]
    converter = TikTokenConverter(str(file), pattern=pattern, extra_special_tokens=special)
    from tokenizers import normalizers

    backend = converter.converted()
    backend.normalizer = normalizers.NFC()
    return PreTrainedTokenizerFast(tokenizer_object=backend)


@pytest.fixture(scope="session")
def qwen_ranks(package_file):
    return package_file("dashscope", "resources", "qwen.tiktoken")


@pytest.fixture(scope="session")
def qwen_tokenizer(qwen_ranks):
    """The real Qwen vocabulary (151,643 ranks)."""
    return convert_qwen_vocabulary(qwen_ranks)


@pytest.fixture(scope="session")
def small_qwen_tokenizer(qwen_ranks, tmp_path_factory):
    """The first ranks of Qwen's vocabulary: the whole takes a second for each encoder."""
    file = tmp_path_factory.mktemp("vocabulary") / "qwen.tiktoken"
    file.write_bytes(b"".join(qwen_ranks.read_bytes().splitlines(keepends=True)[:4000]))
    return convert_qwen_vocabulary(file)


def train_tiny_tokenizer():
    """A byte-level BPE tokenizer with ChatML tokens, learned from a few sentences."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(CORPUS, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    tokenizer.chat_template = PLAIN_CHATML
    return tokenizer


@pytest.fixture(scope="session")
def tiny_tokenizer():
    return train_tiny_tokenizer()


@pytest.fixture
def thinking_tokenizer(tiny_tokenizer, package_file):
    """A tokenizer with Qwen3's template and its think markers."""
    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.add_tokens(["<think>", "</think>"])
    template = package_file("trl", "chat_templates", "qwen3.jinja").read_text("utf-8")
    tokenizer.chat_template = template
    return tokenizer


def build_tiny_model(vocabulary: int, **changes):
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    settings = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "initializer_range": 0.3,
        "bos_token_id": None,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    return Qwen2ForCausalLM(Qwen2Config(**(settings | changes))).eval()


@pytest.fixture(scope="session")
def build_model():
    """Build a random model of another shape."""
    return build_tiny_model


@pytest.fixture(scope="session")
def tiny_model(tiny_tokenizer):
    """A random two-layer Qwen2 model in fp32. Tests must not change it."""
    return build_tiny_model(len(tiny_tokenizer))


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory, tiny_tokenizer, tiny_model):
    """The tiny model as a checkpoint folder."""
    folder = tmp_path_factory.mktemp("tiny-model")
    tiny_model.save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def pair_tokenizer():
    """A tokenizer like BERT's: special tokens around each of two texts, which it tells apart."""
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    backend = train_tiny_tokenizer().backend_tokenizer
    backend.post_processor = TemplateProcessing(
        single="<|im_start|> $A <|im_end|>",
        pair="<|im_start|> $A <|im_end|> $B:1 <|im_end|>:1",
        special_tokens=[("<|im_start|>", 1), ("<|im_end|>", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<|endoftext|>",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


@pytest.fixture
def write_encoder(tmp_path, pair_tokenizer):
    """Write a random BERT: with labels a classifier of pairs, else a model of embeddings."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    def write(name, *labels, seed=0):
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(pair_tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=66,
            initializer_range=0.5,
            pad_token_id=0,
        )
        if labels:
            config.id2label = dict(enumerate(labels))
            config.label2id = {label: number for number, label in enumerate(labels)}
            config.num_labels = len(labels)
        model = (BertForSequenceClassification if labels else BertModel)(config)
        folder = tmp_path / name
        model.save_pretrained(folder)
        pair_tokenizer.save_pretrained(folder)
        return folder

    return write


@pytest.fixture
def few_resamples(monkeypatch):
    """A card of confidences in a blink: its intervals are of no account."""
    monkeypatch.setattr("rolewright.confidence.report_card.RESAMPLES", 50)


@pytest.fixture
def write_rows(tmp_path):
    """Write rows as a JSONL file and return its path."""

    def write(name, rows):
        path = tmp_path / name
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
        return path

    return write
