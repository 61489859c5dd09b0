"""ONNX Runtime GenAI: decoders by its model builder, from configurations with random weights."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from making import Maker

SMALL = {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 1024, "vocab_size": 5000, "max_position_embeddings": 2048,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "head_dim": 64}
KINDS = {"llama": {}, "mistral": {"sliding_window": 256}, "qwen2": {"use_sliding_window": False}, "qwen3": {}, "phi3": {}, "gemma2": {"sliding_window": 256}}


def tokenizer_in(folder):
    """A tokenizer of a few words: the builder copies it and never asks it anything."""
    words = {f"w{index}": index for index in range(100)}
    model = {"type": "WordLevel", "vocab": words, "unk_token": "w0"}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": model, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "w0"}))


def build(path, kind, precision):
    torch.manual_seed(1)
    config = transformers.AutoConfig.for_model(kind, **{**SMALL, **KINDS[kind]})
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "source", Path(scratch) / "target"
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(source)
        tokenizer_in(source)
        words = ["-i", source, "-o", target, "-p", precision, "-e", "cpu", "-c", Path(scratch) / "cache"]
        subprocess.run([sys.executable, "-m", "onnxruntime_genai.models.builder", *map(str, words)], check=True, capture_output=True)
        # Weights lie beside the model under the name that it gives them, which is the same for all.
        home = path.parent / path.stem
        home.mkdir(exist_ok=True)
        shutil.move(target / "model.onnx", home / "model.onnx")
        shutil.move(target / "model.onnx.data", home / "model.onnx.data")
        path.symlink_to(f"{path.stem}/model.onnx")


def main():
    files = Maker("genai")
    for kind in KINDS:
        for precision in ("int4", "fp32"):
            files.make(f"{kind}-{precision}", build, kind, precision)


main()
