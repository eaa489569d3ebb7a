import Foundation
import Layers
import Programs
import Tensors

/// Amplification by a fixed number of decibels: `y = x * 10^(db / 20)`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
public struct Gain: PointwiseLayer, Equatable {
  /// Amplification in decibels; negative numbers attenuate.
  public var db: Double
  /// Scope of the layer.
  public var name: String?

  /// Creates an amplifier.
  public init(db: Double = 0, name: String? = nil) {
    self.db = db
    self.name = name
  }

  /// The input times one number.
  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let factor = pow(10, db / 20)
    return x.mapValues(preservingZero: true) { $0 * $0.scalarLike(factor) }
  }
}
