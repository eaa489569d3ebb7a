// One import for the whole library: layers and what runs, checks, reads and writes them.
@_exported public import Diagnostics
@_exported public import Execution
@_exported public import LayerTesting
@_exported public import Layers
@_exported public import Notation
@_exported public import ONNX
@_exported public import Programs
@_exported public import Runtime
@_exported public import Serialization
@_exported public import Tensors
@_exported public import Weights
