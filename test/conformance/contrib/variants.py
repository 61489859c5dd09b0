"""Other forms of ONNX Runtime's own operators than those of generate.py: layouts, optional inputs and attributes that change which
sizes belong together. invalid.py makes mutants of those that ONNX Runtime accepts.
"""

import numpy as np

from . import generate as g
from .generate import HALF, f, i8, i32, i64, scalar, u8

#: (operator, inputs, more arguments of generate.model_of)
FORMS = []


def form(operator, inputs, **more):
    FORMS.append((operator, inputs, more))


def attention():
    q, k, v = f(2, 5, 16), f(2, 7, 16), f(2, 7, 16)
    for mask in (i32(7, 6), i32(*range(8)), np.ones((2, 7), np.int32), np.ones((2, 5, 7), np.int32)):
        form("MultiHeadAttention", [q, k, v, None, mask], num_heads=4)
    form("MultiHeadAttention", [q, k, v, f(48), None, f(1, 1, 5, 7)], num_heads=4)
    past = [f(2, 4, 3, 4), f(2, 4, 3, 4)]
    form("MultiHeadAttention", [q, f(2, 5, 16), f(2, 5, 16), None, np.ones((2, 8), np.int32), f(2, 4, 5, 8), *past], outputs=3, num_heads=4)
    form("MultiHeadAttention", [q, f(2, 4, 7, 4), f(2, 4, 7, 4), None, np.ones((2, 7), np.int32)], num_heads=4)
    x, w, b = f(2, 5, 16), f(16, 48), f(48)
    for mask in (i32(5, 4), i32(5, 4, 0, 0), np.ones((2, 5), np.int32), np.ones((2, 5, 5), np.int32)):
        form("Attention", [x, w, b, mask], num_heads=4)
    form("Attention", [x, w, b, np.ones((2, 8), np.int32), f(2, 2, 4, 3, 4)], outputs=2, num_heads=4)
    form("Attention", [x, w, b, None, None, f(1, 4, 5, 5)], num_heads=4)
    form("QAttention", [u8(2, 5, 16), i8(16, 48), f(48), scalar(0.1), f(48), np.ones((2, 5), np.int32), u8(), i8(48)], num_heads=4)
    grouped = [f(1, 3, 64), f(1, 3, 32), f(1, 3, 32), f(1, 2, 2, 16), f(1, 2, 2, 16), i32(4), i32(5)]
    two = dict(num_heads=4, kv_num_heads=2)
    caches = [f(10, 8), f(10, 8)]
    form("GroupQueryAttention", [*grouped, *caches], outputs=3, do_rotary=1, **two)
    form("GroupQueryAttention", [*grouped, *caches, i64(2, 3, 4).reshape(1, 3)], outputs=3, do_rotary=1, **two)
    form("GroupQueryAttention", [*grouped, None, None, None, f(1, 1, 3, 5), f(4)], outputs=3, **two)
    form("GroupQueryAttention", [*grouped, None, None, None, f(1, 4, 3, 5)], outputs=4, qk_output=1, **two)
    form("GroupQueryAttention", [*grouped], outputs=3, local_window_size=2, softcap=1.0, **two)
    form("RotaryEmbedding", [f(2, 5, 32), np.zeros((2, 5), np.int64), f(10, 2), f(10, 2)], num_heads=4, rotary_embedding_dim=4)
    form("RotaryEmbedding", [f(2, 4, 5, 8), np.zeros((2, 5), np.int64), f(10, 2), f(10, 2)], num_heads=4, rotary_embedding_dim=4)
    form("RotaryEmbedding", [f(2, 5, 32), i64(0), f(10, 4), f(10, 4)], num_heads=4, interleaved=1)
    positions = np.zeros((3, 2, 5), np.int64)
    form("MRotaryEmbedding", [f(2, 5, 32), positions, f(10, 2), f(10, 2)], num_heads=4, rotary_embedding_dim=4, mrope_section=[1, 1, 0], mrope_layout=1)
    linear = [f(1, 5, 16), f(1, 5, 16), f(1, 5, 48)]
    form("LinearAttention", [*linear, None, f(1, 5, 8), f(1, 5, 8)], outputs=2, q_num_heads=4, kv_num_heads=8)
    form("LinearAttention", [*linear, None, f(1, 5, 32)], outputs=2, q_num_heads=4, kv_num_heads=8, update_rule="gated")
    form("LinearAttention", [*linear, None, None, f(1, 5, 1)], outputs=2, q_num_heads=4, kv_num_heads=8, update_rule="delta")
    each = [f(2, 5, 2, 4), f(2, 5, 2, 4), f(2, 5, 4, 6)]
    form("GatedDeltaNet", [*each, None, f(2, 5, 4), f(2, 5, 4), f(2, 4, 6, 4)], outputs=2)
    form("GatedDeltaNet", [*each, None, f(2, 5, 4, 4), f(2, 5, 4), f(2, 4, 6, 4)], outputs=2)
    flat = [f(5, 2, 4), f(5, 2, 4), f(5, 4, 6)]
    form("GatedDeltaNet", [*flat, i32(0, 2, 5), f(5, 4), f(5, 4), f(2, 4, 6, 4)], outputs=2)
    form("GatedDeltaNet", [*flat, i32(0, 2, 5), f(5, 4), None, f(2, 4, 6, 4)], outputs=2, update_rule="gated")
    form("GatedDeltaNet", [f(5, 40), None, None, None, f(5, 4), f(5, 4), f(1, 4, 6, 4)], outputs=2)
    form("GatedDeltaNet", [*flat, None, f(5, 4), f(5, 4), f(1, 4, 6, 4), f(4), f(4)], outputs=2, gate_activation="softplus")


def indexers():
    norms, tables = [f(8, dtype=HALF), f(8, dtype=HALF)], [f(100, 4, dtype=HALF), f(100, 4, dtype=HALF)]
    heads = [f(5, 16, dtype=HALF), f(4, 16, dtype=HALF), f(5, 4, dtype=HALF), i64(0, 1, 2, 3, 4)]
    state = [f(2, 50, 8, dtype=HALF), f(2, 7, 16, dtype=HALF), f(2, 7, 16, dtype=HALF), np.zeros((2, 2), np.int32)]
    form("PackedSparseAttentionIndexer", [f(5, 32, dtype=HALF), f(5, 16, dtype=HALF), *norms, *tables, i32(0, 2, 5), i32(0, 0), *heads, *state],
         outputs=6, policy_mode="csa", compress_ratio=4, index_topk=3, state_capacity=50)
    each = [f(1, 8, 16), f(4, 16), f(1, 8, 2), np.zeros((1, 8), np.int64), None, f(2, 1, 3, 16)]
    form("SparseAttentionIndexer", [f(1, 8, 16), f(1, 8, 16), f(8), f(8), f(32, 4), f(32, 4), None, f(1, 2, 8), *each], outputs=3,
         policy_mode="csa", compress_ratio=4, index_topk=2)


def experts():
    form("MoE", [f(2, 3, 8), f(6, 3), f(3, 16, 8), f(3, 16), f(3, 8, 16), f(3, 8)], k=2, activation_type="silu")
    form("MoE", [f(4, 8), f(4, 3), f(3, 8, 16), None, f(3, 16, 8)], k=2, activation_type="gelu")
    common = dict(k=2, activation_type="silu")
    form("QMoE", [f(4, 32), f(4, 3), u8(3, 64, 16), f(3, 64), None, u8(3, 32, 32), f(3, 32)], **common)
    form("QMoE", [f(4, 32), f(4, 3), u8(3, 64, 32), f(3, 64), f(3, 64), u8(3, 32, 64), f(3, 32), f(3, 32)], expert_weight_bits=8, **common)
    form("QMoE", [f(4, 32), f(4, 3), u8(3, 64, 16), f(3, 64, 2), None, u8(3, 32, 32), f(3, 32, 4)], block_size=16, **common)
    blocks = [u8(3, 128, 16), f(3, 128, 1), f(3, 128), u8(3, 32, 32), f(3, 32, 2), f(3, 32)]
    form("QMoE", [f(2, 2, 32), f(4, 3), *blocks], block_size=32, k=1, activation_type="swiglu", swiglu_fusion=1)
    form("QMoE", [f(4, 32), f(4, 3), u8(3, 64, 8), f(3, 64), None, u8(3, 32, 16), f(3, 32)], expert_weight_bits=2, **common)
    form("MoEGroupRouter", [f(2, 3, 8), f(8)], top_k=2, n_group=4, topk_group=2, group_topk=2)


def packed():
    nbits = dict(N=16, K=32, bits=4, block_size=16)
    b, s = u8(16, 2, 8), f(16, 2)
    form("MatMulNBits", [f(2, 3, 32), b, s, u8(16)], constants=(1, 2, 3), **nbits)
    form("MatMulNBits", [f(2, 3, 32), b, f(32), f(16, 2)], constants=(1, 2, 3), **nbits)
    form("MatMulNBits", [f(2, 3, 32), b, s, None, i32(*[0] * 16, *[1] * 16), f(16)], constants=(1, 2), **nbits)
    form("MatMulNBits", [f(3, 40), u8(16, 2, 16), f(16, 2), u8(16, 1), None, f(16)], constants=(1, 2, 3), N=16, K=40, bits=4, block_size=32)
    form("MatMulNBits", [f(3, 32), u8(16, 2, 16), f(16, 2), u8(16, 2)], constants=(1, 2, 3), N=16, K=32, bits=8, block_size=16)
    form("MatMulNBits", [f(3, 32), u8(16, 1, 8), f(16, 1), u8(16, 1)], constants=(1, 2, 3), N=16, K=32, bits=2, block_size=32)
    form("MatMulBnb4", [f(2, 16), u8(72), f(3)], constants=(1, 2), N=9, K=16, block_size=64, quant_type=0)
    form("MatMulFpQ4", [f(3, 40), u8(2 * 21 * 16), i64(40, 16)], constants=(1, 2), blk_quant_type=1)
    for kind, row in ((2, 144), (13, 176), (0, 1024)):
        form("GatherPacked", [u8(10, row), i64(1)], K=256, packed_type=kind, output_dtype=1)
    axes = dict(gather_axis=0, block_size=16)
    form("GatherBlockQuantized", [u8(8, 16), i64(1, 5), f(8, 2), u8(8, 1)], quantize_axis=1, bits=4, constants=(0, 2, 3), **axes)
    form("GatherBlockQuantized", [u8(8, 16), i64(1, 5), f(8, 4)], quantize_axis=-1, bits=2, constants=(0, 2), **axes)
    form("DynamicQuantizeMatMul", [f(2, 3, 4), u8(4, 5), scalar(0.1), u8()], constants=(1, 2, 3))
    form("DynamicQuantizeMatMul", [f(2, 3, 4), u8(2, 4, 5), f(2, 1, 5), u8(2, 1, 5)], constants=(1, 2, 3))
    form("MatMulIntegerToFloat", [u8(3, 4), i8(4, 5), scalar(0.1), f(5), u8(), i8(5)])
    gemm = [u8(4, 3), scalar(0.1), u8(), u8(3, 5)]
    form("QGemm", [*gemm, f(5), u8(5), i32(1, 2, 3, 4, 5), scalar(0.3), u8()])
    form("QGemm", [*gemm, scalar(0.2), u8(), np.zeros((4, 1), np.int32), scalar(0.3), u8()])
    form("QGemm", [u8(3, 4), *gemm[1:3], u8(5, 3), f(5), u8(5), np.zeros((1, 5), np.int32)], transA=1, transB=1)


def windows():
    x, w = f(1, 4, 7, 7), f(6, 4, 3, 3)
    form("FusedConv", [x, w, None, f(1, 6, 4, 4)], activation="Relu", strides=[2, 2], pads=[1, 1, 1, 1])
    form("FusedConv", [x, f(6, 2, 3, 3)], activation="LeakyRelu", activation_params=[0.1], group=2, auto_pad="SAME_UPPER")
    q = [scalar(0.1), u8(), i8(6, 2, 3, 3), f(6), i8(6), scalar(0.1), u8(), i32(*range(6))]
    form("QLinearConv", [u8(1, 4, 7, 7), *q], constants=(3, 4, 5, 8), group=2, pads=[1, 1, 1, 1])
    form("QLinearConv", [u8(1, 7, 7, 4), *q], constants=(3, 4, 5, 8), group=2, strides=[2, 2], channels_last=1)
    form("ConvTransposeWithDynamicPads", [f(1, 4, 6), f(4, 2, 3), i64(1, 1), f(4)], group=2, strides=[2], output_padding=[1])
    form("QLinearAveragePool", [u8(1, 4, 8), scalar(0.1), u8(), scalar(0.1), u8()], kernel_shape=[3], pads=[1, 1])
    form("QLinearGlobalAveragePool", [u8(1, 4, 8), scalar(0.1), u8(), scalar(0.1), u8()])
    form("NhwcMaxPool", [u8(1, 9, 9, 3)], kernel_shape=[3, 3], pads=[1, 1, 1, 1], dilations=[2, 2])
    form("MaxpoolWithMask", [f(2, 2, 6, 6), np.ones((1, 1, 6, 6), np.int32)], kernel_shape=[3, 2], pads=[1, 0, 1, 1])
    form("CausalConvWithState", [f(2, 6, 5), f(6, 1, 3), None, f(2, 6, 4)], outputs=2, dilation=2)
    form("CausalConvWithState", [f(2, 5, 2, 3), f(6, 1, 4), f(6)], outputs=2, channels_last=1)


def recurrent():
    both = [f(5, 2, 10), i8(2, 10, 12), i8(2, 3, 12), f(2, 24), None, f(2, 2, 3), f(2, 2, 3), f(2, 9), f(2), i8(2), f(2), i8(2)]
    form("DynamicQuantizeLSTM", both, outputs=3, hidden_size=3, direction="bidirectional", constants=(1, 2, 8, 9, 10, 11))
    none = np.zeros((1, 12), np.int8)
    each = [f(5, 2, 10), i8(1, 10, 12), i8(1, 3, 12), f(1, 24), None, None, None, None, f(1, 12), none, f(1, 12), none]
    form("DynamicQuantizeLSTM", each, outputs=3, hidden_size=3, clip=2.0, constants=(1, 2, 8, 9, 10, 11))
    layer = [f(5, 2, 4), f(1, 12, 9), f(1, 12, 3), f(1, 24), None, None, None, None, f(1, 3, 4), f(1, 6, 4), f(1, 4), f(2, 7, 6)]
    form("AttnLSTM", [*layer, i32(7, 5), f(1, 9, 5)], outputs=3, hidden_size=3)
    twice = [f(2, 12, 10), f(2, 12, 3), f(2, 24), None, None, None, None, f(2, 3, 4), f(2, 6, 4), f(2, 4), f(2, 7, 6)]
    form("AttnLSTM", [f(5, 2, 4), *twice], outputs=3, hidden_size=3, direction="bidirectional")


def others():
    form("HyperConnectionPreMix", [f(2, 3, 4, 8), f(2, 3, 4, 8)])
    form("HyperConnectionPreMix", [f(2, 3, 32), f(2, 3, 4, 8)], num_branches=4)
    form("HyperConnectionPreMix", [f(2, 3, 32), f(2, 3, 32)], num_branches=4)
    form("HyperConnectionPostMix", [f(2, 3, 32), f(2, 3, 8), f(2, 3, 4)], num_branches=4)
    form("HyperConnectionPostMix", [f(2, 3, 4, 8), f(2, 3, 8), f(2, 3, 4), f(2, 3, 4, 4)])
    form("BranchwiseRMSNorm", [f(2, 3, 32), f(8)], num_branches=4)
    form("BranchwiseRMSNorm", [f(2, 3, 4, 8)])
    form("BranchwiseRMSNorm", [f(2, 3, 4, 8), f(32)])
    form("LinearAttentionGate", [f(2, 5, 4), f(4), f(4)])
    form("GatedRMSNorm", [f(2, 3, 8), f(8), f(2, 3, 8)])
    form("UnfoldTensor", [f(2, 3, 10)], dim=-2, size=3)
    form("Trilu", [f(2, 3, 4), i64(1)], upper=1)
    form("Pad", [f(2, 3, 4), i64(0, 1, 0, 0, 0, 2), scalar(1.0)])
    form("Unique", [f(1)], outputs=3)
    form("FusedMatMul", [f(2, 3, 4), f(4)])
    form("FusedMatMul", [f(5, 1, 3, 4), f(2, 5, 4)], transB=1)
    form("QLinearConcat", [scalar(0.1), i8(), i8(2, 3), f(1), i8(1)], axis=0, constants=(0, 1, 3, 4))
    form("QLinearSoftmax", [u8(2, 3, 4), scalar(0.1), u8(), scalar(1 / 256), u8()], axis=1, opset=12, constants=(1, 2, 3, 4))
    form("Tokenizer", [np.array([["a b", "c"]], object)], mark=1, pad_value="#", tokenexp="[a-z]", mincharnum=1)
    hashes = [np.ones((2, 5), np.int64), i64(3, 5, 7, 9), i64(11, 13, 17, 19), np.ones((2, 2), np.int64), i64(0, 11, 24, 41), scalar(1, np.int64)]
    form("NGramHashMapping", hashes, outputs=2, max_ngram_size=3, n_head_per_ngram=2, pad_id=0)
    form("EngramGate", [f(1, 3, 2, 8), f(1, 3, 2, 8), f(1, 3, 8), f(2, 8), f(2, 8), f(2, 8)], outputs=2)
    form("WordConvEmbedding", [np.ones((3, 6), np.int32), f(5, 1, 2, 4), f(5), f(20, 4)], embedding_size=5, conv_window_size=2, char_embedding_size=4)
    form("EmbedLayerNormalization", [np.ones((2, 3), np.int32), None, f(10, 8), f(6, 8), None, f(8), f(8), None, np.zeros((1, 3), np.int32)], outputs=2)


for group in (attention, indexers, experts, packed, windows, recurrent, others):
    group()


def bases():
    """(name, model, what to feed) of each form."""
    counts = {}
    for operator, inputs, more in FORMS:
        counts[operator] = counts.get(operator, 0) + 1
        yield (f"{operator} form {counts[operator]}", *g.model_of(operator, inputs, **more))
