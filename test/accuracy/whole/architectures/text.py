"""Language models: encoders by transformers' classes, decoders by their config.json."""

import torch

BASE = dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072)
LARGE = dict(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096)
CASED = 28996
UNCASED = 30522

# Class, configuration, its settings
ENCODERS = {
    "bert-base-squad": ("BertForQuestionAnswering", "BertConfig", {**BASE, "vocab_size": UNCASED}),
    "bert-large-squad": ("BertForQuestionAnswering", "BertConfig", {**LARGE, "vocab_size": UNCASED}),
    "bert-base-cased": ("BertForSequenceClassification", "BertConfig", {**BASE, "vocab_size": CASED}),
    "bert-base-masked": ("BertForMaskedLM", "BertConfig", {**BASE, "vocab_size": UNCASED}),
    "bert-large-uncased": ("BertForSequenceClassification", "BertConfig", {**LARGE, "vocab_size": UNCASED}),
    "albert-base-v2": (
        "AlbertForSequenceClassification",
        "AlbertConfig",
        {**BASE, "vocab_size": 30000, "embedding_size": 128},
    ),
    "distilbert-base-uncased": (
        "DistilBertForSequenceClassification",
        "DistilBertConfig",
        {"dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "vocab_size": UNCASED},
    ),
    "roberta-large": (
        "RobertaForSequenceClassification",
        "RobertaConfig",
        {**LARGE, "vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1},
    ),
}


class Encoder(torch.nn.Module):
    """An encoder by token ids and mask, its first output alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask=None):
        output = self.model(input_ids=input_ids, attention_mask=attention_mask, return_dict=False)
        return output[:2] if len(output) > 1 else output[0]


FOURIER = dict(
    num_latents=512,
    d_latents=1024,
    d_model=261,
    num_blocks=8,
    num_self_attends_per_block=6,
    num_cross_attention_heads=1,
)


class Perceiver(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        return self.model(inputs=image, return_dict=False)[0]


def module(name: str, size, batch: int):
    import transformers

    if name == "perceiver-fourier":
        settings = transformers.PerceiverConfig(num_labels=1000, **FOURIER)
        model = transformers.PerceiverForImageClassificationFourier(settings)
        return Perceiver(model), {"image": torch.zeros(batch, 3, *size)}
    class_name, config_name, settings = ENCODERS[name]
    config = getattr(transformers, config_name)(**settings)
    config._attn_implementation = "eager"  # products and softmax, as in the files of that time
    model = Encoder(getattr(transformers, class_name)(config))
    ids = torch.ones(batch, 16, dtype=torch.int64)
    return model, {"input_ids": ids, "attention_mask": ids}


def llama(hidden, layers, heads, kv_heads, feed_forward, vocabulary, **others):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "intermediate_size": feed_forward,
        "vocab_size": vocabulary,
        "hidden_act": "silu",
        "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
        **others,
    }


def mistral(model_type, architecture, **others):
    sizes = llama(4096, 32, 32, 8, 14336, 32000, max_position_embeddings=32768)
    return {**sizes, "model_type": model_type, "architectures": [architecture], **others}


# Sizes as published with the weights
CONFIGS = {
    "llama-2-7b": llama(4096, 32, 32, 32, 11008, 32000, max_position_embeddings=4096),
    "llama-2-70b": llama(8192, 80, 64, 8, 28672, 32000, max_position_embeddings=4096),
    "llama-3-8b": llama(4096, 32, 32, 8, 14336, 128256, max_position_embeddings=8192),
    "llama-3-70b": llama(8192, 80, 64, 8, 28672, 128256, max_position_embeddings=8192),
    "llama-3.1-405b": llama(16384, 126, 128, 8, 53248, 128256, max_position_embeddings=131072),
    "llama-3.2-1b": llama(2048, 16, 32, 8, 8192, 128256, max_position_embeddings=131072, tie_word_embeddings=True),
    "mistral-7b": mistral("mistral", "MistralForCausalLM"),
    "mixtral-8x7b": mistral("mixtral", "MixtralForCausalLM", num_local_experts=8, num_experts_per_tok=2),
}
