"""Writes models/NAME.onnx.gz, the models of the comparison that are no fixtures, and runnable copies into a folder.

usage: python models.py FOLDER [NAME]...

Architectures are exported with random weights, of which those above SMALL elements are not kept. `forms` has the ways in
which exporters write one operator by several, each on its own input.
"""

import gzip
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "fixtures"))

import cases  # noqa: E402
from cases import Input  # noqa: E402

SMALL = 1024
IMAGE = [Input("image", ("batch", 3, 96, 96))]
SQUARE = [Input("image", ("batch", 3, 64, 64))]
SOUND = [Input("sound", ("batch", 16, 40))]
TEXT = [
    Input("input_ids", ("batch", "sequence"), torch.int64, below=1000),
    Input("attention_mask", ("batch", "sequence"), torch.int64, fill="ones"),
]
TEXT_SIZES = {"default": {"batch": 1, "sequence": 32}}


@dataclass
class Model:
    name: str
    build: object  # path of the runnable copy -> None
    inputs: list
    bindings: dict
    # with numbers in the place of open sizes it is not compared: notCompared.json says why
    only_file: bool = False


def export(module, inputs, path, dynamo=True, opset=None, outputs=("output",)):
    """Writes one file; constants that nobody reads any more and traces of the source are left out."""
    # biases of 0 and scales of 1 would leave values equal that are to be told apart
    generator = torch.Generator().manual_seed(0)
    for parameter in module.parameters():
        if parameter.ndim == 1:
            parameter.data = torch.rand(parameter.shape, generator=generator) + 0.5
    sizes = {"batch": 2, "sequence": 7}
    tensors = tuple(i.tensor(sizes) for i in inputs)
    names = dict(input_names=[i.name for i in inputs], output_names=list(outputs), opset_version=opset)
    free = [{axis: dim for axis, dim in enumerate(i.shape) if isinstance(dim, str)} for i in inputs]
    if dynamo:
        torch.onnx.export(module.eval(), tensors, dynamo=True, dynamic_shapes=tuple(free), verbose=False, **names).save(str(path))
    else:
        axes = dict(zip([i.name for i in inputs], free))
        axes.update({name: {0: "batch"} for name in outputs})
        torch.onnx.export(module.eval(), tensors, str(path), dynamo=False, dynamic_axes=axes, **names)
    model = onnx.load(str(path))
    del model.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        del value.metadata_props[:]
    path.write_bytes(model.SerializeToString(deterministic=True))


class Text(torch.nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, input_ids, attention_mask):
        return self.module(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def bert(attention):
    from transformers import BertConfig, BertModel

    sizes = dict(vocab_size=1000, hidden_size=128, num_hidden_layers=2, num_attention_heads=2, intermediate_size=512)
    return Text(BertModel(BertConfig(attn_implementation=attention, **sizes), add_pooling_layer=False))


def distilbert():
    from transformers import DistilBertConfig, DistilBertModel

    sizes = dict(vocab_size=1000, dim=128, n_layers=2, n_heads=2, hidden_dim=512)
    return Text(DistilBertModel(DistilBertConfig(attn_implementation="eager", **sizes)))


def llama():
    from transformers import LlamaConfig, LlamaModel

    sizes = dict(vocab_size=1000, hidden_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, intermediate_size=384)
    return Text(LlamaModel(LlamaConfig(attn_implementation="eager", use_cache=False, **sizes)))


class Causal(Text):
    """GPT-2, whose caches are left out."""

    def __init__(self):
        from transformers import GPT2Config, GPT2Model

        super().__init__(GPT2Model(GPT2Config(vocab_size=1000, n_embd=128, n_layer=2, n_head=2, attn_implementation="eager", use_cache=False)))


class Patches(torch.nn.Module):
    """A vision transformer of two layers."""

    def __init__(self):
        from transformers import ViTConfig, ViTModel

        super().__init__()
        sizes = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, image_size=64, patch_size=16)
        self.module = ViTModel(ViTConfig(attn_implementation="eager", **sizes), add_pooling_layer=False)

    def forward(self, image):
        return self.module(image).last_hidden_state


class Residual(torch.nn.Module):
    """Convolutions with two kinds of residuals, a depthwise one, pools and a clamp that exporters write as several."""

    def __init__(self):
        super().__init__()
        self.stem, self.same = conv(3, 16, 2), conv(16, 16)
        self.narrow, self.short = conv(16, 32, 2), torch.nn.Conv2d(16, 32, 1, 2)
        self.depth, self.head = torch.nn.Conv2d(32, 32, 3, 1, 1, groups=32), torch.nn.Linear(32, 10)

    def forward(self, image):
        x = functional.relu(self.stem(image))
        x = functional.relu(x + self.same(x))
        x = functional.relu(self.narrow(x) + self.short(x))
        x = functional.max_pool2d(functional.hardswish(self.depth(x)), 2)
        return self.head(x.mean((2, 3)))


class Segments(torch.nn.Module):
    """Down and up again, by a transposed convolution and by a Resize, with a join and a product."""

    def __init__(self):
        super().__init__()
        self.down, self.deep, self.up = conv(3, 16), conv(16, 32, 2), torch.nn.ConvTranspose2d(32, 16, 2, 2)
        self.joined, self.gate, self.head = conv(32, 16), torch.nn.Conv2d(32, 16, 1), torch.nn.Conv2d(16, 4, 1)

    def forward(self, image):
        wide = functional.leaky_relu(self.down(image), 0.1)
        deep = functional.relu(self.deep(wide))
        both = functional.relu(self.joined(torch.cat([wide, self.up(deep)], 1)))
        gate = functional.interpolate(self.gate(deep), scale_factor=2, mode="nearest")
        return torch.sigmoid(self.head(both * gate))


class Sound(torch.nn.Module):
    """Convolutions over time."""

    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Conv1d(16, 32, 5, padding=2), torch.nn.Conv1d(32, 32, 3, padding=1, groups=4)
        self.head = torch.nn.Linear(32, 10)

    def forward(self, sound):
        return self.head(functional.gelu(self.second(functional.relu(self.first(sound)))).mean(-1))


def conv(inputs, outputs, stride=1):
    return torch.nn.Conv2d(inputs, outputs, 3, stride, 1)


def vision(name):
    import torchvision

    torch.manual_seed(0)
    return getattr(torchvision.models, name)(weights=None)


def dense_blocks():
    """DenseNet with few layers: normalisations behind joins, which no convolution takes in."""
    import torchvision

    torch.manual_seed(0)
    model = torchvision.models.DenseNet(growth_rate=16, block_config=(2, 3), num_init_features=32, num_classes=10)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            # a Relu of what is above 0 could not be told from what it reads
            buffer.normal_(2.0, 1.0)
    return model


def timm_model(name):
    import timm

    torch.manual_seed(0)
    return timm.create_model(name, pretrained=False, num_classes=10)


class Data(CalibrationDataReader):
    def __init__(self, inputs):
        self.data = iter([{i.name: i.tensor({"batch": 1, "sequence": 32}, seed).numpy() for i in inputs} for seed in range(2)])

    def get_next(self):
        return next(self.data, None)


def quantised(source, inputs, path, kind=QuantFormat.QDQ, **options):
    """A static quantisation of a runnable model in the same folder."""
    given = path.with_name(f"{source}.onnx")
    prepared = path.with_name(f"{path.stem}.prepared.onnx")
    quant_pre_process(str(given), str(prepared), skip_symbolic_shape=True)
    quantize_static(str(prepared), str(path), Data(inputs), quant_format=kind, **options)
    prepared.unlink()


def forms(path):
    """Each form computes from an input of its own, x0, x1, ... of 2 x 8 x 16; all sizes are fixed."""
    nodes, weights, inputs, outputs = [], {}, [], []

    def constant(value):
        value = np.asarray(value, np.float32)
        name = f"c{len(weights)}"
        weights[name] = numpy_helper.from_array(value, name)
        return name

    def op(kind, *arguments, **attributes):
        name = f"{kind.lower()}_{len(nodes)}"
        nodes.append(helper.make_node(kind, [a if isinstance(a, str) else constant(a) for a in arguments], [name], name=name, **attributes))
        return name

    def form(make, is_output=False):
        x = f"x{len(inputs)}"
        inputs.append(helper.make_tensor_value_info(x, TensorProto.FLOAT, [2, 8, 16]))
        y = make(x)
        # some fusions spare what the graph gives out
        outputs.append(helper.make_tensor_value_info(y if is_output else op("Neg", y), TensorProto.FLOAT, None))

    root2, half_root = 2 ** 0.5, 0.5 ** 0.5
    inners = (lambda x: op("Div", x, root2), lambda x: op("Mul", x, half_root), lambda x: op("Mul", x, op("Reciprocal", root2)))
    for inner in inners:
        term = lambda x: op("Add", op("Erf", inner(x)), 1.0)  # noqa: E731
        form(lambda x: op("Mul", op("Mul", x, term(x)), 0.5))
        form(lambda x: op("Mul", op("Mul", x, 0.5), term(x)))
        form(lambda x: op("Mul", x, op("Mul", term(x), 0.5)))
        form(lambda x: op("Mul", x, op("Mul", 0.5, term(x))))
        form(lambda x: op("Mul", 0.5, op("Mul", x, term(x))))
        form(lambda x: op("Mul", op("Mul", 0.5, x), term(x)))
        form(lambda x: op("Mul", term(x), op("Mul", x, 0.5)))
        form(lambda x: op("Mul", op("Mul", x, 0.5), op("Add", 1.0, op("Erf", inner(x)))))
    scale = (2 / np.pi) ** 0.5
    cubes = (lambda x: op("Pow", x, 3.0), lambda x: op("Mul", op("Mul", x, x), x), lambda x: op("Mul", x, op("Mul", x, x)))
    for cube in cubes:
        term = lambda x: op("Add", op("Tanh", op("Mul", op("Add", x, op("Mul", cube(x), 0.044715)), scale)), 1.0)  # noqa: E731
        form(lambda x: op("Mul", op("Mul", x, 0.5), term(x)))
        form(lambda x: op("Mul", x, op("Mul", term(x), 0.5)))
        form(lambda x: op("Mul", op("Mul", x, term(x)), 0.5))
        form(lambda x: op("Mul", op("Mul", 0.5, x), term(x)))
        form(lambda x: op("Mul", op("Mul", x, 0.5), term(x)), is_output=True)
    form(lambda x: op("Mul", op("Mul", x, op("Add", op("Erf", op("Div", x, root2)), 1.0)), 0.5), is_output=True)
    squared = lambda x: op("Mul", op("Mul", x, scale), op("Add", op("Mul", op("Mul", x, 0.044715), x), 1.0))  # noqa: E731
    form(lambda x: op("Mul", op("Mul", x, 0.5), op("Add", op("Tanh", squared(x)), 1.0)))
    form(lambda x: op("Mul", x, op("Mul", op("Add", op("Tanh", squared(x)), 1.0), 0.5)))
    form(lambda x: op("Mul", x, op("Sigmoid", op("Mul", x, 1.702))))
    form(lambda x: op("Mul", op("Sigmoid", op("Mul", x, 1.702)), x))
    form(lambda x: op("Mul", x, op("Sigmoid", x)))
    form(lambda x: op("HardSwish", x))
    form(lambda x: op("Mul", x, op("HardSigmoid", x, alpha=1 / 6, beta=0.5)))
    form(lambda x: op("Div", op("Mul", x, op("Clip", op("Add", x, 3.0), 0.0, 6.0)), 6.0))
    form(lambda x: op("Gelu", x))
    form(lambda x: op("Gelu", op("Add", x, np.linspace(0.1, 1, 16))))
    form(lambda x: op("Mul", op("Div", 1.0, x), op("Relu", x)))
    form(lambda x: op("Clip", op("Relu", x), 0.0, 6.0))

    gamma, beta = np.linspace(0.5, 1.5, 16), np.linspace(0.1, 1, 16)
    centred = lambda x: op("Sub", x, op("ReduceMean", x, last, keepdims=1))  # noqa: E731
    weights["last"] = numpy_helper.from_array(np.array([-1], np.int64), "last")
    last = "last"
    squares = (lambda d: op("Pow", d, 2.0), lambda d: op("Mul", d, d))
    for square in squares:
        def deviation(d, square=square):
            return op("Sqrt", op("Add", op("ReduceMean", square(d), last, keepdims=1), 1e-5))

        def normal(x, divide):
            d = centred(x)
            return divide(d, deviation(d))

        form(lambda x: op("Add", op("Mul", normal(x, lambda d, s: op("Div", d, s)), gamma), beta))
        form(lambda x: op("Add", op("Mul", gamma, normal(x, lambda d, s: op("Div", d, s))), beta))
        form(lambda x: op("Add", op("Mul", normal(x, lambda d, s: op("Mul", d, op("Reciprocal", s))), gamma), beta))
        form(lambda x: op("Mul", normal(x, lambda d, s: op("Div", d, s)), gamma))
        # root mean square
        root = deviation
        form(lambda x: op("Mul", op("Div", x, root(x)), gamma))
        form(lambda x: op("Mul", gamma, op("Div", x, root(x))))
        form(lambda x: op("Mul", op("Mul", x, op("Reciprocal", root(x))), gamma))
        form(lambda x: op("Mul", op("Mul", x, op("Div", 1.0, root(x))), gamma))
    matrix, vector = np.linspace(-1, 1, 256).reshape(16, 16), np.linspace(-1, 1, 16)
    form(lambda x: op("Add", op("MatMul", x, matrix), vector))
    form(lambda x: op("Add", vector, op("MatMul", x, matrix)))
    form(lambda x: op("Relu", op("Add", op("MatMul", x, matrix), vector)))
    form(lambda x: op("MatMul", x, op("Transpose", x, perm=[0, 2, 1])))
    form(lambda x: op("MatMul", op("Transpose", x, perm=[0, 2, 1]), x))
    form(lambda x: op("Mul", op("MatMul", x, op("Transpose", x, perm=[0, 2, 1])), 0.125))
    form(lambda x: op("Div", op("MatMul", x, matrix), 8.0))
    form(lambda x: op("MatMul", op("Mul", x, 0.5), op("Transpose", op("Mul", x, 0.5), perm=[0, 2, 1])))
    form(lambda x: op("Where", op("Not", op("IsNaN", x)), x, op("Neg", x)))
    form(lambda x: op("Add", op("Mul", op("Sub", x, 0.0), 1.0), 0.0))
    form(lambda x: op("LayerNormalization", op("Add", x, op("Relu", x)), gamma, beta, axis=-1))
    form(lambda x: op("LayerNormalization", op("Add", op("Add", op("MatMul", x, matrix), vector), x), gamma, beta, axis=-1))
    graph = helper.make_graph(nodes, "forms", inputs, outputs, list(weights.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def integers(source, inputs, sizes, *kinds, only_file=False):
    """Quantised copies of a model by what QUANTISERS calls them."""
    def build(kind):
        return lambda path: QUANTISERS[kind](source, inputs, path)

    return [Model(f"{source}.{kind}", build(kind), inputs, sizes, only_file) for kind in kinds]


def statically(kind, weights, activations=QuantType.QUInt8, per_channel=False):
    options = dict(weight_type=weights, activation_type=activations, per_channel=per_channel)
    return lambda source, inputs, path: quantised(source, inputs, path, kind, **options)


def dynamically(weights):
    return lambda source, _, path: quantize_dynamic(path.with_name(f"{source}.onnx"), path, weight_type=weights)


INT8, UINT8 = QuantType.QInt8, QuantType.QUInt8
QUANTISERS = {
    "qdq-channels": statically(QuantFormat.QDQ, INT8, per_channel=True),
    "qdq-int8": statically(QuantFormat.QDQ, INT8, INT8),
    "qdq-uint8": statically(QuantFormat.QDQ, UINT8),
    "qoperator": statically(QuantFormat.QOperator, INT8),
    "qoperator-int8": statically(QuantFormat.QOperator, INT8, INT8),
    "qoperator-channels": statically(QuantFormat.QOperator, UINT8, per_channel=True),
    "dynamic-int8": dynamically(INT8),
    "dynamic-uint8": dynamically(UINT8),
}
IMAGE_SIZES = {"default": {"batch": 1}}
FORMS = [Input(f"x{index}", (2, 8, 16)) for index in range(80)]
CASES = [
    Model("forms", forms, FORMS, {"default": {}}),
    Model("mobilenet-v3", lambda path: export(vision("mobilenet_v3_small"), IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("mobilenet-v3.torchscript", lambda path: export(vision("mobilenet_v3_small"), IMAGE, path, dynamo=False, opset=17), IMAGE, IMAGE_SIZES),
    Model("mobilenet-v2.torchscript", lambda path: export(vision("mobilenet_v2"), IMAGE, path, dynamo=False, opset=17), IMAGE, IMAGE_SIZES),
    Model("efficientnet-b0", lambda path: export(timm_model("efficientnet_b0"), IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("convnext", lambda path: export(timm_model("convnext_atto"), IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("resnet18", lambda path: export(vision("resnet18"), IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("densenet", lambda path: export(dense_blocks(), IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("bert", lambda path: export(bert("sdpa"), TEXT, path), TEXT, TEXT_SIZES),
    Model("bert.torchscript", lambda path: export(bert("eager"), TEXT, path, dynamo=False, opset=17), TEXT, TEXT_SIZES),
    Model("distilbert", lambda path: export(distilbert(), TEXT, path), TEXT, TEXT_SIZES),
    Model("llama", lambda path: export(llama(), TEXT, path), TEXT, TEXT_SIZES),
    Model("mobilenet-v2.int8", lambda path: quantised("mobilenet-v2.torchscript", IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("mobilenet-v3.int8", lambda path: quantised("mobilenet-v3", IMAGE, path, per_channel=True), IMAGE, IMAGE_SIZES),
    Model("resnet18.int8", lambda path: quantised("resnet18", IMAGE, path, per_channel=True), IMAGE, IMAGE_SIZES),
    Model("resnet18.qoperator", lambda path: quantised("resnet18", IMAGE, path, QuantFormat.QOperator), IMAGE, IMAGE_SIZES),
    Model("bert.int8", lambda path: quantised("bert.torchscript", TEXT, path), TEXT, TEXT_SIZES),
    Model("residual", lambda path: export(Residual(), IMAGE, path, dynamo=False, opset=17), IMAGE, IMAGE_SIZES),
    Model("segments", lambda path: export(Segments(), IMAGE, path), IMAGE, IMAGE_SIZES),
    Model("sound", lambda path: export(Sound(), SOUND, path, dynamo=False, opset=17), SOUND, IMAGE_SIZES),
    Model("patches", lambda path: export(Patches(), SQUARE, path), SQUARE, IMAGE_SIZES),
    Model("gpt2.torchscript", lambda path: export(Causal(), TEXT, path, dynamo=False, opset=17), TEXT, TEXT_SIZES),
    Model("shufflenet", lambda path: export(vision("shufflenet_v2_x0_5"), IMAGE, path, dynamo=False, opset=17), IMAGE, IMAGE_SIZES),
    Model("squeezenet", lambda path: export(vision("squeezenet1_1"), IMAGE, path), IMAGE, IMAGE_SIZES),
    *integers("residual", IMAGE, IMAGE_SIZES, "qdq-channels", "qdq-int8", "qoperator", "dynamic-int8"),
    *integers("segments", IMAGE, IMAGE_SIZES, "qdq-uint8", "qoperator-int8", "dynamic-uint8"),
    *integers("sound", SOUND, IMAGE_SIZES, "qdq-channels", "qoperator-channels"),
    *integers("patches", SQUARE, IMAGE_SIZES, "qdq-uint8", "qoperator", "dynamic-int8"),
    *integers("gpt2.torchscript", TEXT, TEXT_SIZES, "qdq-uint8", "dynamic-int8"),
    *integers("gpt2.torchscript", TEXT, TEXT_SIZES, "qoperator-int8", only_file=True),
    *integers("distilbert", TEXT, TEXT_SIZES, "qdq-channels", "qdq-int8"),
    *integers("shufflenet", IMAGE, IMAGE_SIZES, "qdq-channels", "qdq-uint8", "qoperator-channels", "qoperator-int8", only_file=True),
    *integers("squeezenet", IMAGE, IMAGE_SIZES, "qdq-uint8", "qoperator"),
    Model("bert.dynamic-int8", lambda path: quantize_dynamic(path.with_name("bert.torchscript.onnx"), path, weight_type=QuantType.QInt8), TEXT, TEXT_SIZES),
]


def keep(path):
    """Commits a model without its weights: large tensors become external data that nobody has."""
    model = onnx.load(str(path))
    for tensor in model.graph.initializer:
        if np.prod(tensor.dims) > SMALL:
            length = len(numpy_helper.to_array(tensor).tobytes())
            for field in ("raw_data", "float_data", "int32_data", "int64_data"):
                tensor.ClearField(field)
            entries = {"location": f"{path.stem}.data", "offset": "0", "length": str(length)}
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.extend(onnx.StringStringEntryProto(key=key, value=value) for key, value in entries.items())
    (HERE / "models").mkdir(exist_ok=True)
    data = gzip.compress(model.SerializeToString(deterministic=True), 9, mtime=0)
    (HERE / "models" / f"{path.stem}.onnx.gz").write_bytes(data)
    print(path.stem, len(model.graph.node), "nodes", len(data), "bytes", flush=True)


def main(folder, names):
    for case in [case for case in CASES if not names or case.name in names]:
        path = folder / f"{case.name}.onnx"
        case.build(path)
        keep(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
