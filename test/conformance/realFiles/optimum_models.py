"""Optimum: models of transformers with random weights through its exporter, decoders with a cache among them."""

import shutil
import tempfile
from pathlib import Path

import torch
import transformers
from making import Maker
from optimum.exporters.onnx import onnx_export_from_model

SMALL = {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 1024, "vocab_size": 5000, "max_position_embeddings": 512,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
T5 = {"d_model": 256, "d_kv": 64, "d_ff": 512, "num_layers": 3, "num_heads": 4, "vocab_size": 5000, "decoder_start_token_id": 0}
BART = {"d_model": 256, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 512, "decoder_ffn_dim": 512, "vocab_size": 5000,
    "max_position_embeddings": 512, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
#: name: (kind, class, task, settings)
CASES = {
    "bert": ("bert", "AutoModelForSequenceClassification", "text-classification", SMALL),
    "distilbert": ("distilbert", "AutoModelForTokenClassification", "token-classification", {"dim": 256, "hidden_dim": 1024, "n_layers": 4, "n_heads": 4, "vocab_size": 5000}),
    "roberta": ("roberta", "AutoModel", "feature-extraction", SMALL),
    "gpt2": ("gpt2", "AutoModelForCausalLM", "text-generation-with-past", {"n_embd": 256, "n_layer": 4, "n_head": 4, "vocab_size": 5000}),
    "llama": ("llama", "AutoModelForCausalLM", "text-generation-with-past", {**SMALL, "num_key_value_heads": 2}),
    "qwen2": ("qwen2", "AutoModelForCausalLM", "text-generation-with-past", {**SMALL, "num_key_value_heads": 2}),
    "t5": ("t5", "AutoModelForSeq2SeqLM", "text2text-generation-with-past", T5),
    "bart": ("bart", "AutoModelForSeq2SeqLM", "text2text-generation-with-past", BART),
    "whisper": ("whisper", "AutoModelForSpeechSeq2Seq", "automatic-speech-recognition-with-past", {**BART, "max_source_positions": 1500, "max_target_positions": 448}),
    "vit": ("vit", "AutoModelForImageClassification", "image-classification", {**SMALL, "image_size": 224, "patch_size": 16}),
    "swin": ("swin", "AutoModelForImageClassification", "image-classification", {"image_size": 224, "embed_dim": 48, "depths": [2, 2, 2, 2], "num_heads": [2, 2, 4, 8]}),
    "segformer": ("segformer", "AutoModelForSemanticSegmentation", "semantic-segmentation", {}),
    "detr": ("yolos", "AutoModelForObjectDetection", "object-detection", {**SMALL, "image_size": [224, 224], "num_detection_tokens": 20}),
    "wav2vec2": ("wav2vec2", "AutoModelForCTC", "automatic-speech-recognition", SMALL),
    "clip": ("clip", "AutoModel", "zero-shot-image-classification", {}),
}


def export(files, name):
    kind, auto, task, settings = CASES[name]
    torch.manual_seed(1)
    config = transformers.AutoConfig.for_model(kind, **settings)
    model = getattr(transformers, auto).from_config(config)
    model.generation_config = getattr(model, "generation_config", None) or transformers.GenerationConfig()
    with tempfile.TemporaryDirectory() as folder:
        onnx_export_from_model(model, folder, task=task, do_validation=False, opset=None)
        for found in sorted(Path(folder).glob("*.onnx")):
            target = files.path(name if found.stem == "model" else f"{name}-{found.stem}")
            files.make(target.stem, lambda path: (shutil.move(found, path), [shutil.move(data, path.parent / data.name) for data in found.parent.glob(f"{found.name}_data")]))


def main():
    files = Maker("optimum")
    for name in CASES:
        if files.wanted and name not in files.wanted or any(files.folder.glob(f"{name}*.onnx")):
            continue
        try:
            export(files, name)
        except Exception as error:
            print("optimum", name, "NOT MADE", type(error).__name__, str(error)[:200], flush=True)


main()
