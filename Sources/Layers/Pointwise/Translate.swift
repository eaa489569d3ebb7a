public import Programs
import Tensors

/// `x + shift`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/tensorflow/simple.py `Translate`.
extension Translate: ElementwiseLayer {
  public var preservesZero: Bool { false }
  public func apply(_ x: Value) -> Value { x.adding(shift) }
}
