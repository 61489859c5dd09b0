/** Domains of operators that come from other formats, as their listings write them. */
export const tfliteDomain = 'tflite';
/** TFLite operators that a program brings itself. */
export const tfliteCustomDomain = 'tflite.custom';
/** Layers of OpenVINO, whatever the set of operators that they are of. */
export const openvinoDomain = 'openvino';
/** Operators of ggml that no operator of ONNX stands for. */
export const ggmlDomain = 'ggml';
/** Operations of Core ML's model intermediate language. */
export const coremlDomain = 'coreml';
/** Layers of Core ML's neural networks. */
export const coremlLayerDomain = 'coreml.layer';
/** Models of Core ML that have no graph of their own, and what a pipeline runs. */
export const coremlModelDomain = 'coreml.model';
/** Operators of PyTorch's aten. */
export const atenDomain = 'aten';
/** Operators of StableHLO. */
export const stablehloDomain = 'stablehlo';
/** Operators of clients of StableHLO, which it writes out by its own. */
export const chloDomain = 'chlo';
/** What StableHLO calls by a name that a program outside of it knows. */
export const customCallDomain = 'custom_call';
/** Functions of a module of MLIR. */
export const mlirCallDomain = 'func';
/** Layers of Keras. */
export const kerasDomain = 'keras';
/** Operations of keras.ops, activations among them. */
export const kerasOperationDomain = 'keras.ops';
/** Layers that a program brings itself. */
export const kerasCustomDomain = 'keras.custom';
