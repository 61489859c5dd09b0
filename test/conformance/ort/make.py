"""Writes a model in ONNX Runtime's own format, as it is: python test/conformance/ort/make.py MODEL.onnx MODEL.ort"""

import sys

import onnxruntime

options = onnxruntime.SessionOptions()
options.optimized_model_filepath = sys.argv[2]
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.add_session_config_entry('session.save_model_format', 'ORT')
onnxruntime.InferenceSession(sys.argv[1], options, providers=['CPUExecutionProvider'])
