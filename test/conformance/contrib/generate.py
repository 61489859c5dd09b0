"""Writes cases.json: output types and shapes that ONNX Runtime's CPU kernels really produce for operators of its own
domain, on random inputs. One model of a single node is built per case. Where the CPU package has no kernel, the shapes
come from ONNX Runtime's symbolic shape inference ("from": "symbolic"), else from the inference of its schemas, which it
tells when a model declares other shapes ("from": "schema"); what that does not know either is listed under "unavailable"
with the runtime's words.

    python test/conformance/contrib/generate.py
"""

import json
import os
import pathlib
import re
import tempfile

import ml_dtypes
import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper
from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference

DOMAIN = "com.microsoft"
KEEP = 64
HALF = np.float16
BRAIN = ml_dtypes.bfloat16
rng = np.random.default_rng(0)
cases, unavailable = [], {}


def f(*shape, dtype=np.float32):
    return rng.standard_normal(shape).astype(dtype) * np.asarray(0.5, dtype)


def u8(*shape):
    return rng.integers(0, 255, shape, dtype=np.uint8)


def i8(*shape):
    return rng.integers(-100, 100, shape, dtype=np.int8)


def i32(*values):
    return np.array(values, np.int32)


def i64(*values):
    return np.array(values, np.int64)


def scalar(value, dtype=np.float32):
    return np.array(value, dtype)


def type_name(dtype):
    names = {1: "float", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 8: "string", 9: "bool", 10: "float16",
             16: "bfloat16", 11: "double", 12: "uint32", 13: "uint64", 5: "int16", 4: "uint16", 21: "uint4", 22: "int4"}
    return names[code_of(np.dtype(dtype))]


def code_of(dtype):
    if dtype == BRAIN:
        return TensorProto.BFLOAT16
    return TensorProto.STRING if dtype.kind in "OUS" else helper.np_dtype_to_tensor_dtype(dtype)


def described(array, constant):
    if array is None:
        return None
    entry = {"type": type_name(array.dtype), "shape": list(array.shape)}
    if array.dtype.kind in "iub" and array.size <= KEEP:
        entry["elements"] = [int(x) for x in array.flatten()]
    elif array.dtype.kind == "f" and array.size <= 4:
        entry["elements"] = [float(x) for x in array.flatten()]
    if constant:
        entry["weight"] = True
    return entry


def symbolic(model):
    """What ONNX Runtime's Python shape inference says; None when it leaves an output or a dimension open."""
    try:
        inferred = SymbolicShapeInference.infer_shapes(model, auto_merge=True)
    except Exception:  # noqa: BLE001: it raises many kinds for operators that it does not know
        return None
    finally:
        # It leaves what it had got to when it gives up.
        pathlib.Path("sym_shape_infer_temp.onnx").unlink(missing_ok=True)
    found = []
    for output in inferred.graph.output:
        tensor = output.type.tensor_type
        dims = [d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim]
        if not tensor.elem_type or not tensor.HasField("shape") or None in dims:
            return None
        found.append({"type": type_name(helper.tensor_dtype_to_np_dtype(tensor.elem_type)), "shape": dims})
    return found


def told(model):
    """What ONNX Runtime writes to the standard error when it loads a model."""
    options = ort.SessionOptions()
    options.log_severity_level = 2
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        except Exception:  # noqa: BLE001: there is no kernel
            pass
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        return file.read().decode()


def inferred(model):
    """What the inference of ONNX Runtime's schema says: each output is declared with a rank that it cannot have."""
    found = []
    for output in model.graph.output:
        for code in (1, 10, 16, 6, 7, 3, 2):
            copy = onnx.ModelProto()
            copy.CopyFrom(model)
            del copy.graph.output[:]
            copy.graph.output.append(helper.make_tensor_value_info(output.name, code, [7777] * 9))
            match = re.search(rf"output\. '{output.name}' source:\{{([\d,]*)\}}", told(copy))
            if match:
                kind = type_name(BRAIN if code == 16 else helper.tensor_dtype_to_np_dtype(code))
                found.append({"type": kind, "shape": [int(n) for n in match[1].split(",") if n]})
                break
        else:
            return None
    return found


def model_of(operator, inputs, outputs=1, constants=(), domain=DOMAIN, version=21, ml=5, **attributes):
    """A model of a single node, and what to feed it."""
    names = ["" if x is None else f"in{i}" for i, x in enumerate(inputs)]
    outs = [f"out{i}" for i in range(outputs)] if isinstance(outputs, int) else list(outputs)
    node = helper.make_node(operator, names, outs, domain=domain, **attributes)
    graph_inputs, initializers, feed = [], [], {}
    for i, (label, array) in enumerate(zip(names, inputs)):
        if array is None:
            continue
        code = code_of(array.dtype)
        if i in constants:
            initializers.append(onnx.numpy_helper.from_array(array, label))
        else:
            graph_inputs.append(helper.make_tensor_value_info(label, code, array.shape))
            feed[label] = array
    graph = helper.make_graph([node], "case", graph_inputs, [onnx.ValueInfoProto(name=o) for o in outs if o], initializers)
    # Of versions that it knows as the newest ONNX Runtime takes no declared shape that its inference contradicts.
    opsets = [helper.make_opsetid("", version), helper.make_opsetid(DOMAIN, 1), helper.make_opsetid("ai.onnx.ml", ml)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10), feed


def case(operator, inputs, constants=(), free=False, domain=DOMAIN, version=21, ml=5, name=None, **more):
    """free: a dimension depends on data, so it may stay symbolic."""
    model, feed = model_of(operator, inputs, constants=constants, domain=domain, version=version, ml=ml, **more)
    [node] = model.graph.node
    outs = node.output
    label, source = name or operator, None
    try:
        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        results = session.run(None, feed)
        found = [{"type": type_name(r.dtype), "shape": list(r.shape)} if isinstance(r, np.ndarray) else {"type": "other"}
                 for r in results]
    except Exception as error:  # noqa: BLE001: the runtime's own words are the result
        found, source = symbolic(model), "symbolic"
        if found is None:
            found, source = inferred(model), "schema"
        if found is None:
            unavailable.setdefault(label, re.sub(r"\s+", " ", str(error))[:160])
            print("-", label, re.sub(r"\s+", " ", str(error))[:300])
            return
    known = iter(found)
    found = [next(known) if o else None for o in outs]
    kept = {}
    for a in node.attribute:
        value = helper.get_attribute_value(a)
        if a.type == a.FLOAT:
            kept[a.name] = {"kind": "float", "value": value}
        elif a.type == a.FLOATS:
            kept[a.name] = {"kind": "floats", "value": list(value)}
        elif a.type == a.STRING:
            kept[a.name] = {"kind": "string", "value": value.decode()}
        elif a.type == a.STRINGS:
            kept[a.name] = {"kind": "strings", "value": [s.decode() for s in value]}
        else:
            kept[a.name] = {"kind": "ints" if a.type == a.INTS else "int",
                            "value": list(value) if a.type == a.INTS else value}
    cases.append({
        "operator": operator,
        **({"name": name} if name else {}),
        **({"domain": domain} if domain != DOMAIN else {}),
        **({"version": ml if domain == "ai.onnx.ml" else version} if domain != DOMAIN else {}),
        "inputs": [described(a, i in constants) for i, a in enumerate(inputs)],
        "attributes": kept,
        "outputs": found,
        **({"from": source} if source else {}),
        **({"free": True} if free else {}),
    })


def elementwise():
    for operator in ("Gelu", "QuickGelu"):
        case(operator, [f(2, 3, 8)])
    case("BiasGelu", [f(2, 3, 8), f(8)])
    case("FastGelu", [f(2, 3, 8), f(8)])
    case("BiasAdd", [f(2, 3, 8), f(8), f(2, 3, 8)])
    case("BiasSplitGelu", [f(2, 3, 8), f(8)])
    case("BiasSoftmax", [f(2, 3, 4), f(2, 1, 4)], axis=2, is_inner_broadcast=1)
    case("BiasDropout", [f(2, 3, 8), f(8)], outputs=2)
    case("BitmaskDropout", [f(2, 3, 8)], outputs=2)
    case("ComplexMul", [f(2, 3, 2), f(2, 3, 2)])
    case("SampleOp", [f(2, 3)])
    case("ScaledSiLU", [f(2, 8)])
    case("GatedAdd", [f(2, 3, 8), f(2, 3, 8), f(2, 3, 1)])
    case("Inverse", [f(2, 4, 4)])
    case("CDist", [f(4, 3), f(5, 3)], metric="euclidean")
    case("IsAllFinite", [f(2, 3), f(4)])
    case("MurmurHash3", [i32(1, 2, 3)], positive=1)
    case("MurmurHash3", [i32(1, 2, 3)], positive=0)
    case("MulInteger", [u8(2, 3), u8(), u8(2, 3), u8()])
    case("LinearAttentionGate", [f(1, 5, 4), f(4), f(4), f(1, 5, 4)], outputs=2)
    case("HyperConnectionPreMix", [f(2, 3, 4, 8), f(2, 3, 4)])
    case("HyperConnectionPreMix", [f(2, 3, 32), f(2, 3, 4)], num_branches=4, name="HyperConnectionPreMix flat")
    case("HyperConnectionPostMix", [f(2, 3, 4, 8), f(2, 3, 8), f(2, 3, 4)])
    case("RotaryEmbedding", [f(1, 5, 16), i64([0, 1, 2, 3, 4]).reshape(1, 5), f(10, 4), f(10, 4)])
    case("RotaryEmbedding", [f(1, 2, 5, 8), i64(0), f(10, 4), f(10, 4)], name="RotaryEmbedding 4-D")
    case("MRotaryEmbedding", [f(1, 2, 5, 8), np.zeros((3, 1, 5), np.int64), f(10, 4), f(10, 4)], mrope_section=[2, 1, 1])
    half = [f(1, 2, 5, 8, dtype=np.float16) for _ in range(4)]
    case("GemmaRotaryEmbedding", [f(1, 5, 8), *half], outputs=2)

def blocks():
    case("SwiGLU", [f(2, 8)])
    case("SwiGLU", [f(2, 8), f(2, 8)], name="SwiGLU apart", limit=7.0, activation_alpha=1.702, activation_beta=1.0)
    case("RouterGateUpProj", [f(2, 3, 8, dtype=HALF), f(8, 20, dtype=HALF)], outputs=2, router_size=4)
    case("MoEGroupRouter", [f(2, 3, 8), f(8)], top_k=2)
    case("HyperConnectionLowRankMix", [f(2, 3, 8), f(8), f(8, 3), f(3, 8), f(8, 4)], outputs=3, num_branches=4)
    tables = [f(16, 3, dtype=np.float32), f(16, 3)]
    for name, options in (("RMSNormRotary", {}), ("RMSNormRotary flat", {"flatten_batch": 1}),
                          ("RMSNormRotary slice", {"input_start": 2, "input_width": 6, "output_fp16": 1})):
        scale = f(options.get("input_width", 8))
        case("RMSNormRotary", [f(2, 3, 4, 8, dtype=HALF), scale, i64(*range(6)).reshape(2, 3), *tables], outputs=2,
             name=name, rotary_embedding_dim=6, **options)


def packed():
    case("MatMulPacked", [f(2, 3, 32, dtype=BRAIN), u8(10, 34)], K=32, N=10, packed_type=8)
    case("GatherPacked", [u8(10, 34), i64(1, 2, 3, 4, 5, 6).reshape(3, 2)], K=32, packed_type=8)
    case("GatherPacked", [u8(10, 34), i64(1)], K=32, packed_type=8, output_dtype=1, name="GatherPacked float")
    adapter = [u8(4, 1, 32), f(4, 1), u8(8, 1, 32), f(8, 1)]
    case("MatMulNBitsQLoRA", [f(2, 5, 32), u8(8, 1, 16), f(8, 1), *adapter], K=32, N=8)
    experts = [u8(4, 16, 34), u8(4, 16, 34), u8(4, 32, 17)]
    case("MoEPacked", [f(2, 32, dtype=HALF), f(2, 4), *experts], gate_type=8, down_type=8, up_type=8)


def speculation():
    i32s = lambda *shape: np.zeros(shape, np.int32)
    case("Mamba2Verify", [f(5, 512 * 2 + 2048 + 8, dtype=BRAIN), f(3, 2560, 3, dtype=BRAIN), f(3, 8, 128, 64),
         f(2560, 4, dtype=BRAIN), f(2560, dtype=BRAIN), f(8), f(8), f(8), f(512), i32(0)], outputs=5, heads=8, n_groups=8)
    case("ConvStateReplay", [f(100), f(100), f(50), i64(*[0] * 8)])
    case("GatedDeltaNetStateReplay", [f(100), f(100), f(50), i64(*[0] * 11)])
    words = [np.zeros(16, np.int64), i32(0), np.zeros(32, np.int64), np.zeros(4, np.int64), np.zeros(32, np.int64), i64(0, 1)]
    case("SpeculativePrefixCommit", [np.zeros((2, 8), np.int64), *words], outputs=3)
    one = [words[0][:8], words[1], words[2][:16], words[3][:2], words[4][:16], words[5]]
    case("SpeculativePrefixCommit", [np.zeros(8, np.int64), *one], outputs=3, name="SpeculativePrefixCommit single")
    base = [i32s(2, 8), i32s(2), i32s(3)]
    case("PackedSparseAttentionIndexerMerge", [*base, i32s(3), i32s(3)], outputs=3, max_output_entries=16,
         policy_mode="append_range")
    case("PackedSparseAttentionIndexerMerge", [*base, None, None, i32s(3, 4), i32s(3)], outputs=3, max_output_entries=16,
         policy_mode="append_indices", name="PackedSparseAttentionIndexerMerge indices")
    case("CausalConvWithState", [f(2, 5, 10, dtype=HALF), f(6, 1, 4, dtype=HALF)], outputs=3, channels_last=1, input_channels=6,
         input_channel_offset=2, state_update_capacity=3, state_length=8, name="CausalConvWithState channels of a slice")
    case("CausalConvWithState", [f(2, 5, 10, dtype=HALF), f(6, 1, 4, dtype=HALF)], outputs=2, channels_last=1, input_channels=6,
         state_channels_last=0, name="CausalConvWithState state first")
    case("GatedAdd", [f(2, 3, 8, dtype=BRAIN), f(2, 3, 8, dtype=BRAIN), f(2, 3, 5, dtype=BRAIN), f(5, 1, dtype=BRAIN)],
         name="GatedAdd projected")
    packed = [f(5, 32, dtype=HALF), f(5, 8, dtype=HALF), f(8, dtype=HALF), f(8, dtype=HALF), f(100, 4, dtype=HALF),
              f(100, 4, dtype=HALF), i32(0, 2, 5), i32(0, 0), None, None, None, None, f(2, 50, 8, dtype=HALF),
              f(2, 7, 8, dtype=HALF), None, i32s(2, 2)]
    case("PackedSparseAttentionIndexer", packed, outputs=("o0", "o1", "o2", "o3", "", "o5", "", "", "o8"), policy_mode="qsa",
         compress_ratio=4, token_budget=16, state_capacity=50)
    half = [f(1, 2, 16, dtype=HALF), f(1, 2, 8, dtype=HALF), f(1, 2, 8, dtype=HALF), i8(1, 2, 4, 4), i8(1, 2, 4, 4)]
    case("DynamicSparseAttention", [*half, None, None, i32s(2, 2), i32(2, 2), i32(5), i32(6)], outputs=4, num_heads=4,
         kv_num_heads=2, output_bf16=1, name="DynamicSparseAttention 8-bit cache")


def normalization():
    case("SkipLayerNormalization", [f(2, 3, 8), f(2, 3, 8), f(8), f(8), f(8)], outputs=1)
    node = [f(2, 3, 8), f(3, 8), f(8)]
    case("SkipLayerNormalization", node, name="SkipLayerNormalization broadcast")
    case("SkipSimplifiedLayerNormalization", [f(2, 3, 8), f(2, 3, 8), f(8)])
    case("SimplifiedLayerNormalization", [f(2, 3, 8), f(8)], outputs=2, domain="", version=17, axis=-1, epsilon=1e-5)
    case("GroupNorm", [f(1, 2, 2, 32), f(32), f(32)], groups=4, activation=1, channels_last=1)
    case("SkipGroupNorm", [f(1, 2, 2, 32), f(32), f(32), f(1, 2, 2, 32)], outputs=2, groups=4, activation=0)
    case("GatedRMSNorm", [f(2, 3, 8), f(4), f(2, 3, 8)])
    case("BranchwiseRMSNorm", [f(2, 3, 4, 8), f(4, 8)])
    ids = np.array([[1, 2, 3]], np.int32)
    tables = [f(10, 8), f(6, 8), f(2, 8), f(8), f(8)]
    case("EmbedLayerNormalization", [ids, np.zeros((1, 3), np.int32), *tables], outputs=3)
    case("EmbedLayerNormalization", [ids, None, tables[0], tables[1], None, tables[3], tables[4], np.ones((1, 3), np.int32)],
         outputs=2, name="EmbedLayerNormalization mask")
    q = [u8(10, 8), u8(6, 8), u8(2, 8), u8(8), u8(8)]
    case("QEmbedLayerNormalization", [ids, np.zeros((1, 3), np.int32), *q, np.ones((1, 3), np.int32),
         *[scalar(0.1)] * 5, *[u8()] * 5], outputs=2, constants=tuple(range(2, 7)) + tuple(range(8, 18)))
    case("EngramGate", [f(1, 3, 2, 8), f(1, 3, 2, 8), f(1, 3, 8), f(2, 8), f(2, 8)])


def gemm():
    case("FusedMatMul", [f(2, 4, 3), f(2, 4, 5)], transA=1, alpha=0.5)
    case("FusedMatMul", [f(2, 3, 4), f(5, 4)], transB=1, name="FusedMatMul broadcast")
    case("FusedMatMul", [f(3, 2, 4), f(2, 4, 5)], transBatchA=1, name="FusedMatMul batch A")
    case("FusedMatMul", [f(4, 2, 3, 6), f(2, 3, 6, 5)], transBatchA=1, name="FusedMatMul batch A 4-D")
    case("FusedMatMul", [f(6, 2, 3, 4), f(2, 3, 6, 5)], transBatchA=1, transA=1, name="FusedMatMul batch A transposed")
    case("TransposeMatMul", [f(2, 4, 3), f(2, 4, 5)], transA=1)
    case("FusedMatMulActivation", [f(2, 3), f(3, 4)], activation="Relu")
    case("FusedGemm", [f(4, 3), f(5, 3), f(5)], transB=1, activation="Relu")
    case("GemmFastGelu", [f(2, 4, 3), f(3, 5), f(5)])
    case("GemmFloat8", [f(4, 3), f(3, 5)], dtype=1)
    case("MatMulInteger16", [np.ones((2, 3), np.int16), np.ones((3, 4), np.int16)])
    case("MatMulIntegerToFloat", [u8(2, 3, 4), u8(4, 5), scalar(0.1), scalar(0.2), u8(), u8(), f(5)])
    case("DynamicQuantizeMatMul", [f(2, 3, 4), u8(4, 5), f(5), u8(5), f(5)], constants=(1, 2, 3))
    case("QGemm", [u8(4, 3), scalar(0.1), u8(), u8(3, 5), scalar(0.2), u8(), None, scalar(0.3), u8()], alpha=1.0)
    case("QGemm", [u8(4, 3), scalar(0.1), u8(), i8(5, 3), scalar(0.2), i8()], transB=1, name="QGemm float")
    case("MatMulNBits", [f(2, 3, 32), u8(16, 2, 8), f(16, 2), u8(16, 1)], constants=(1, 2, 3), N=16, K=32, bits=4, block_size=16)
    case("MatMulNBits", [f(1, 64), u8(8, 2, 32), f(8, 2)], constants=(1, 2), N=8, K=64, bits=8, block_size=32, name="MatMulNBits 8 bits")
    case("MatMulBnb4", [f(2, 3, 16), u8(128), f(16)], constants=(1, 2), N=16, K=16, block_size=16, quant_type=1)
    case("MatMulFpQ4", [f(3, 32), u8(320), i64(32, 16)], constants=(1, 2), blk_quant_type=0)
    case("MatMulNBitsMlp", [f(2, 32), None, f(32), u8(16, 2, 8), f(16, 2), None, u8(16, 2, 8), f(16, 2)],
         constants=(3, 4, 6, 7), N=16, K=32, bits=4, block_size=16, activation="silu")
    case("MatMulNBitsQkv", [f(2, 32), None, f(32), u8(16, 2, 8), f(16, 2), None, u8(8, 2, 8), f(8, 2), None, u8(8, 2, 8), f(8, 2)],
         outputs=3, constants=(3, 4, 6, 7, 9, 10), Nq=16, Nkv=8, K=32, bits=4, block_size=16)
    case("MoE", [f(4, 8), f(4, 3), f(3, 16, 8), None, f(3, 8, 16)], k=2, activation_type="relu")
    case("MoE", [f(2, 3, 8), f(6, 3), f(3, 32, 8), None, f(3, 8, 16)], k=1, activation_type="swiglu", swiglu_fusion=1, name="MoE swiglu")
    case("QMoE", [f(4, 32), f(4, 3), u8(3, 64, 16), f(3, 64), None, u8(3, 32, 16), f(3, 32)], k=2,
         activation_type="swiglu", swiglu_fusion=1, expert_weight_bits=4)
    case("SparseToDenseMatMul", [f(2, 3), f(3, 4)])


def convolution():
    x, w = f(1, 4, 7, 7), f(6, 4, 3, 3)
    case("FusedConv", [x, w, f(6)], activation="Relu", strides=[2, 2], pads=[1, 1, 1, 1])
    case("FusedConv", [x, w, f(6), f(1, 6, 5, 5)], activation="Relu", name="FusedConv sum")
    case("NhwcConv", [f(1, 7, 7, 4), f(6, 3, 3, 4)], kernel_shape=[3, 3])
    case("NhwcFusedConv", [f(1, 7, 7, 4), f(6, 4, 3, 3)], activation="Relu")
    q = [u8(1, 4, 7, 7), scalar(0.1), u8(), u8(6, 4, 3, 3), scalar(0.1), u8(), scalar(0.1), u8()]
    case("QLinearConv", q, constants=(3, 4, 5))
    last = [u8(1, 7, 7, 4), *q[1:]]
    case("QLinearConv", last, constants=(3, 4, 5), channels_last=1, name="QLinearConv channels last")
    case("ConvTransposeWithDynamicPads", [f(1, 4, 3, 3), f(4, 2, 3, 3), i64(1, 0, 1, 0)], strides=[2, 2])
    pool = [u8(1, 4, 7, 7), scalar(0.1), u8(), scalar(0.1), u8()]
    case("QLinearAveragePool", pool, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    case("QLinearAveragePool", [u8(1, 7, 7, 4), *pool[1:]], kernel_shape=[2, 3], channels_last=1, name="QLinearAveragePool last")
    case("QLinearGlobalAveragePool", pool)
    case("QLinearGlobalAveragePool", [u8(1, 7, 7, 4), *pool[1:]], channels_last=1, name="QLinearGlobalAveragePool last")
    case("MaxpoolWithMask", [f(1, 2, 6, 6), np.ones((1, 2, 6, 6), np.int32)], kernel_shape=[3, 3], strides=[2, 2])
    case("NhwcMaxPool", [u8(1, 6, 6, 3)], kernel_shape=[3, 3], strides=[2, 2])
    case("CausalConvWithState", [f(2, 6, 5), f(6, 1, 4), f(6)], outputs=2, activation="silu")
    case("CausalConvWithState", [f(2, 6, 5), f(6, 1, 4), None, f(2, 6, 3)], outputs=2, name="CausalConvWithState past")
    case("CausalConvWithState", [f(2, 5, 6), f(6, 1, 4)], outputs=2, channels_last=1, name="CausalConvWithState last")
    case("WordConvEmbedding", [np.ones((3, 6), np.int32), f(5, 1, 2, 4), f(5), f(20, 4)])


def attention():
    x, w, b = f(2, 5, 16), f(16, 48), f(48)
    case("Attention", [x, w, b], num_heads=4)
    case("Attention", [x, w, b, None, f(2, 2, 4, 3, 4)], outputs=2, num_heads=4, unidirectional=1, name="Attention past")
    case("Attention", [x, f(16, 40), f(40)], num_heads=4, qkv_hidden_sizes=[16, 16, 8], name="Attention sizes")
    q, k, v = f(2, 5, 16), f(2, 7, 16), f(2, 7, 8)
    case("MultiHeadAttention", [q, k, v], num_heads=4)
    case("MultiHeadAttention", [q, f(2, 5, 16), f(2, 5, 16), None, None, None, f(2, 4, 3, 4), f(2, 4, 3, 4)], outputs=3,
         num_heads=4, name="MultiHeadAttention past")
    case("MultiHeadAttention", [f(2, 5, 4, 3, 4)], num_heads=4, name="MultiHeadAttention packed")
    case("MultiHeadAttention", [q, f(2, 7, 4, 2, 4)], num_heads=4, name="MultiHeadAttention packed KV")
    case("MultiHeadAttention", [q, f(2, 4, 7, 4), f(2, 4, 7, 4)], num_heads=4, name="MultiHeadAttention cache")
    one = [f(1, 1, 16), f(1, 1, 16), f(1, 1, 16), None, None, f(1, 4, 8, 4), f(1, 4, 8, 4), i32(3)]
    case("DecoderMaskedMultiHeadAttention", one, outputs=3, num_heads=4, past_present_share_buffer=1)
    case("DecoderMaskedSelfAttention", [f(1, 1, 16), w, b, None, f(2, 1, 4, 8, 4), None, i32(3)], outputs=2, num_heads=4,
         past_present_share_buffer=1)
    case("QAttention", [u8(2, 5, 16), u8(16, 48), f(48), scalar(0.1), scalar(0.1), None, u8(), u8()], num_heads=4)
    grouped = [f(1, 3, 32), f(1, 3, 16), f(1, 3, 16)]
    tail = [i32(4), i32(5)]
    case("GroupQueryAttention", [*grouped, f(1, 2, 2, 8), f(1, 2, 2, 8), *tail], outputs=3, num_heads=4, kv_num_heads=2)
    case("GroupQueryAttention", [*grouped, f(1, 2, 9, 8), f(1, 2, 9, 8), *tail], outputs=3, num_heads=4, kv_num_heads=2,
         name="GroupQueryAttention shared")
    case("GroupQueryAttention", [*grouped, None, None, i32(2), i32(3)], outputs=3, num_heads=4, kv_num_heads=2,
         name="GroupQueryAttention prompt")
    case("GroupQueryAttention", [f(1, 3, 128), None, None, f(1, 2, 2, 16), f(1, 2, 2, 16), *tail, f(10, 8), f(10, 8)], outputs=3,
         num_heads=4, kv_num_heads=2, do_rotary=1, name="GroupQueryAttention packed")
    case("SparseAttention", [f(1, 3, 32), f(1, 3, 16), f(1, 3, 16), f(1, 2, 16, 8), f(1, 2, 16, 8), np.array([[0, 1]], np.int32),
         np.array([[0]], np.int32), i32(16), i32(3)], outputs=3, num_heads=4, kv_num_heads=2, sparse_block_size=16)
    half = [f(*shape, dtype=np.float16) for shape in ((3, 16), (3, 8), (3, 8), (2, 16, 2, 4), (2, 16, 2, 4))]
    case("PagedAttention", [*half, i32(0, 3), i32(0), np.array([[0, 1]], np.int32)], outputs=3, num_heads=4, kv_num_heads=2)
    case("PackedAttention", [f(5, 16), w, b, np.zeros((2, 3), np.int32), i32(0, 2, 5)], num_heads=4)
    case("PackedMultiHeadAttention", [f(5, 16), f(5, 16), f(5, 16), None, np.zeros((2, 3), np.int32), i32(0, 2, 5)], num_heads=4)
    case("LongformerAttention", [f(1, 8, 16), f(16, 48), f(48), f(1, 8), f(16, 48), f(48), np.zeros((1, 8), np.int32)], num_heads=4, window=2)
    case("RelativePositionBias", [f(8, 4), scalar(6, np.int64), scalar(6, np.int64)], max_distance=16)
    case("GatedRelativePositionBias", [f(2, 5, 16), f(16), f(1, 4, 5, 5), f(4, 8), f(8), f(1, 4, 1, 1)], num_heads=4)
    case("LinearAttention", [f(1, 5, 16), f(1, 5, 8), f(1, 5, 12)], outputs=2, q_num_heads=4, kv_num_heads=2, update_rule="linear")
    case("LinearAttention", [f(1, 5, 16), f(1, 5, 16), f(1, 5, 24), f(1, 4, 4, 6), f(1, 5, 4), f(1, 5, 4)], outputs=2, q_num_heads=4,
         kv_num_heads=4, update_rule="gated_delta", name="LinearAttention delta")
    case("GatedDeltaNet", [f(5, 2, 4), f(5, 2, 4), f(5, 4, 6), None, f(5, 4), f(5, 4), f(1, 4, 6, 4)], outputs=2)
    case("DynamicSparseAttention", [f(1, 2, 16), f(1, 2, 8), f(1, 2, 8), f(1, 2, 4, 4), f(1, 2, 4, 4), None, None,
         np.zeros((2, 2), np.int32), i32(2, 2), i32(5), i32(6)], outputs=3, num_heads=4, kv_num_heads=2)
    case("DecoderAttention", [f(3, 2, 8), f(4, 2, 8), f(8, 8), f(8, 16), f(24), None, None, None, scalar(False, bool),
         scalar(False, bool), scalar(False, bool), scalar(False, bool)], outputs=3, num_heads=2)
    case("SparseAttentionIndexer", [f(1, 8, 16), f(1, 8, 8), f(8), f(8), f(32, 4), f(32, 4), None, f(1, 0, 8)], outputs=2,
         policy_mode="qsa", compress_ratio=4, token_budget=8)


def quantized():
    a = [u8(2, 3), scalar(0.1), u8(), u8(3), scalar(0.2), u8(), scalar(0.3), u8()]
    case("QLinearAdd", a)
    case("QLinearMul", a)
    unary = [u8(2, 3, 4), scalar(0.1), u8(), scalar(0.2), u8()]
    case("QLinearLeakyRelu", unary, alpha=0.1, constants=(1, 2, 3, 4))
    case("QLinearSigmoid", unary, constants=(1, 2, 3, 4))
    probability = [u8(2, 3, 4), scalar(0.1), u8(), scalar(1 / 256), scalar(0, np.uint8)]
    case("QLinearSoftmax", probability, axis=-1, opset=13, constants=(1, 2, 3, 4))
    case("QLinearConcat", [scalar(0.1), u8(), u8(2, 3), scalar(0.1), u8(), u8(2, 5), scalar(0.2), u8()], axis=1, constants=(0, 1, 3, 4, 6, 7))
    case("QLinearReduceMean", unary, axes=[1], keepdims=0)
    case("QLinearWhere", [np.array([True, False, True]), u8(2, 3), scalar(0.1), u8(), u8(2, 3), scalar(0.1), u8(), scalar(0.1), u8()],
         constants=(2, 3, 5, 6, 7, 8))
    case("ReduceSumInteger", [i8(2, 3, 4)], axes=[1], keepdims=1)
    case("QuantizeLinear", [f(2, 3), scalar(0.1), u8()])
    case("DequantizeLinear", [u8(2, 3), scalar(0.1), u8()])
    case("QuantizeBFP", [f(2, 16)], outputs=3, bfp_type=3, free=True)
    lstm = [f(5, 2, 10), i8(1, 10, 12), i8(1, 3, 12), f(1, 24), None, None, None, None, f(1), i8(1), f(1), i8(1)]
    case("DynamicQuantizeLSTM", lstm, outputs=3, hidden_size=3, constants=(1, 2, 8, 9, 10, 11))
    memory = [f(5, 2, 4), f(1, 12, 10), f(1, 12, 3), f(1, 24), None, None, None, None, f(1, 3, 4), f(1, 6, 4), f(1, 4), f(2, 7, 6), None, None]
    case("AttnLSTM", memory, outputs=3, hidden_size=3)


def movement():
    case("GatherBlockQuantized", [u8(8, 16), i64([1, 2, 3]).reshape(1, 3), f(8, 2)], gather_axis=0, quantize_axis=1, block_size=16,
         bits=4, constants=(0, 2))
    case("GatherBlockQuantized", [u8(8, 32), i64(1, 5), f(8, 2), u8(8, 2)], gather_axis=0, quantize_axis=1, block_size=16, bits=8,
         constants=(0, 2, 3), name="GatherBlockQuantized 8 bits")
    case("GatherND", [f(2, 3, 4), i64(0, 1).reshape(1, 2)])
    case("TorchEmbedding", [f(10, 4), i64(1, 2, 3)])
    case("ExpandDims", [f(2, 3), scalar(1, np.int32)])
    case("ExpandDims", [f(2, 3), scalar(-1, np.int32)], name="ExpandDims last")
    case("Trilu", [f(3, 4)], upper=0)
    case("Pad", [f(2, 3), i64(1, 0, 2, 0)])
    case("Range", [scalar(1.0), scalar(10.0), scalar(2.0)])
    case("Range", [scalar(10, np.int64), scalar(1, np.int64), scalar(-3, np.int64)], name="Range down")
    case("UnfoldTensor", [f(2, 3, 10)], dim=-1, size=4, step=2)
    case("UnfoldTensor", [f(2, 10, 3)], dim=1, size=4, step=3, name="UnfoldTensor middle")
    case("Unique", [f(6)], outputs=3, free=True)
    case("CropAndResize", [f(1, 3, 8, 8), f(2, 4), i32(0, 0), i32(4, 5)])
    case("GridSample", [f(1, 3, 8, 8), f(1, 4, 5, 2)])
    case("Rfft", [f(2, 16)], signal_ndim=1, onesided=1, normalized=0)
    case("Irfft", [f(2, 9, 2)], signal_ndim=1, onesided=1, normalized=0)
    case("RemovePadding", [f(2, 3, 4), i32(2, 3)], outputs=4, free=True)
    case("RestorePadding", [f(5, 4), np.zeros((2, 3), np.int32)])
    case("DynamicTimeWarping", [f(4, 6)], free=True)
    case("Tokenizer", [np.array(["a b", "c"], object)], free=True, mark=0, pad_value="#", separators=[" "], mincharnum=1)
    case("NGramRepeatBlock", [i64([1, 2, 3, 1]).reshape(1, 4), f(1, 10)], ngram_size=2)
    case("BifurcationDetector", [i64(1, 5, 3, 4), i64(1), i64(0).reshape(()), i64(1, 5, 3, 4, 2)], outputs=2, free=True)
    case("NGramHashMapping", [np.ones((2, 5), np.int64), i64(3, 5, 7), i64(11, 13, 17, 19)], outputs=2, max_ngram_size=3,
         n_head_per_ngram=2, pad_id=0)


def machine_learning():
    d = {"domain": "ai.onnx.ml"}
    x = f(5, 4)
    case("ArrayFeatureExtractor", [x, i64(0, 2)], **d)
    case("ArrayFeatureExtractor", [f(4), i64(0, 2)], name="ArrayFeatureExtractor vector", **d)
    case("ArrayFeatureExtractor", [f(2, 3, 4), i64(0, 2).reshape(1, 2)], name="ArrayFeatureExtractor 3-D", **d)
    case("Binarizer", [x], threshold=0.1, **d)
    case("CategoryMapper", [np.array(["a", "b"], object)], cats_int64s=[1, 2], cats_strings=["a", "b"], **d)
    case("FeatureVectorizer", [f(5, 2), f(5, 3)], inputdimensions=[2, 3], **d)
    case("Imputer", [x], imputed_value_floats=[0.5], replaced_value_float=0.0, **d)
    case("LabelEncoder", [np.array(["a", "b"], object)], keys_strings=["a"], values_int64s=[4], ml=2, **d)
    case("LabelEncoder", [i64(1, 2)], keys_int64s=[1], values_strings=["x"], ml=2, name="LabelEncoder text", **d)
    case("LinearClassifier", [x], outputs=2, coefficients=[0.5] * 12, intercepts=[0.1, 0.2, 0.3], classlabels_ints=[0, 1, 2], ml=1, **d)
    case("LinearClassifier", [x], outputs=2, coefficients=[0.5] * 4, intercepts=[0.1], classlabels_strings=["n", "y"], ml=1,
         name="LinearClassifier binary", **d)
    case("LinearRegressor", [x], coefficients=[0.5] * 12, targets=3, ml=1, **d)
    case("Normalizer", [x], norm="L2", **d)
    case("OneHotEncoder", [i64(0, 1)], cats_int64s=[0, 1, 2], **d)
    case("OneHotEncoder", [i64(0, 1).reshape(2, 1)], cats_int64s=[0, 1, 2], name="OneHotEncoder column", **d)
    case("Scaler", [x], offset=[0.0] * 4, scale=[1.0] * 4, **d)
    case("Scaler", [np.ones((2, 4), np.int64)], offset=[0.0] * 4, scale=[1.0] * 4, name="Scaler integer", **d)
    vectors = dict(kernel_type="RBF", kernel_params=[0.1, 0.0, 3.0], support_vectors=[0.5] * 24, rho=[0.1])
    case("SVMRegressor", [x], coefficients=[0.5] * 6, n_supports=6, ml=1, **vectors, **d)
    two = dict(coefficients=[0.5] * 6, vectors_per_class=[3, 3], classlabels_ints=[0, 1], ml=1)
    case("SVMClassifier", [x], outputs=2, **two, **vectors, **d)
    case("SVMClassifier", [x], outputs=2, prob_a=[0.1], prob_b=[0.2], name="SVMClassifier probabilities", **two, **vectors, **d)
    four = dict(coefficients=[0.5] * 18, vectors_per_class=[2, 1, 2, 1], classlabels_ints=[0, 1, 2, 3], ml=1)
    vectors["rho"] = [0.1] * 6
    case("SVMClassifier", [x], outputs=2, name="SVMClassifier four", **four, **vectors, **d)
    case("SVMClassifier", [x], outputs=2, coefficients=[0.5] * 12, rho=[0.1], classlabels_ints=[0, 1, 2], kernel_type="LINEAR",
         name="SVMClassifier linear", ml=1, **d)
    tree = dict(nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0], nodes_values=[0.5, 0.0, 0.0],
                nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0], ml=1)
    case("TreeEnsembleRegressor", [x], target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 1], target_weights=[1.0, 2.0],
         n_targets=2, **tree, **d)
    case("TreeEnsembleClassifier", [x], outputs=2, class_treeids=[0, 0], class_nodeids=[1, 2], class_ids=[0, 1],
         class_weights=[1.0, 2.0], classlabels_int64s=[0, 1], **tree, **d)


GROUPS = (elementwise, normalization, gemm, convolution, attention, quantized, movement, machine_learning, blocks, packed,
          speculation)


def main():
    for group in GROUPS:
        group()
    path = pathlib.Path(__file__).parent / "cases.json"
    lines = ",\n".join("    " + json.dumps(c) for c in cases)
    missing = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(unavailable.items()))
    head = f'{{\n  "onnxruntime": "{ort.__version__}",\n  "cases": [\n'
    path.write_text(f'{head}{lines}\n  ],\n  "unavailable": {{\n{missing}\n  }}\n}}\n')
    print(len(cases), "cases,", len(unavailable), "unavailable")


if __name__ == "__main__":
    main()
