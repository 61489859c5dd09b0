"""A model of models.json by its entry: the module, and inputs that it can be traced with."""

import json

import torch

from . import classifiers, detectors, pictures, text, yolo, yolo_v5

BATCH = 2  # one would be taken for a number that never changes
OURS = {
    name: build for room in (classifiers, detectors, pictures, yolo, yolo_v5) for name, build in room.MODELS.items()
}


def of_timm(name, size, settings):
    import timm

    return timm.create_model(name, pretrained=False, exportable=True, **settings)


def of_torchvision(name, size, settings):
    import torchvision

    return getattr(torchvision.models, name)(weights=None, **settings)


def of_ultralytics(name, size, settings):
    """As `export` writes it: boxes and classes in one output, without suppression."""
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel(f"{name}.yaml", verbose=False).fuse(verbose=False)
    head = model.model[-1]
    head.export, head.format = True, "onnx"
    head.dynamic = True  # places of boxes are made anew, not kept from an earlier picture
    return model


def of_effdet(name, size, settings):
    import effdet

    return effdet.create_model(name, pretrained=False, pretrained_backbone=False)


def of_ours(name, size, settings):
    return OURS[name](**settings)


PACKAGES = {
    "timm": of_timm,
    "torchvision": of_torchvision,
    "ultralytics": of_ultralytics,
    "effdet": of_effdet,
    "ours": of_ours,
}


class Picture(torch.nn.Module):
    """A model with one input called `image`."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        return self.model(image)


def module(entry: dict):
    """(module, inputs by name) of an entry that is no configuration."""
    if entry["from"] == "transformers":
        return text.module(entry["name"], entry.get("size"), BATCH)
    size = entry["size"]
    model = PACKAGES[entry["from"]](entry["name"], size, entry.get("settings", {}))
    return Picture(model), {"image": torch.zeros(BATCH, entry.get("channels", 3), *size)}


def counted_on(entry: dict) -> str:
    """The device on which torch can count a model without looking into its numbers, if there is one."""
    return "cpu" if entry["from"] == "ultralytics" else "meta"


def config(name: str) -> str:
    """config.json of a language model."""
    return json.dumps(text.CONFIGS[name], indent=1)
