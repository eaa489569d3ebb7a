import Programs
import Tensors

/// The dtype in which a layer with parameters computes.
struct ComputeType {
  /// `compute` if given, else the promotion of the input's and the parameters' dtypes; integers count
  /// as `float32`.
  ///
  /// - Throws: ``LayerError`` `.invalidConfig` when `compute` is not a floating-point dtype,
  ///   `.invalidInput` when the input is complex.
  static func resolve(
    input: DType, compute: DType?, parameters: DType, layer: String
  ) throws(LayerError) -> DType {
    guard input != .complex64 else {
      throw LayerError(
        .invalidInput, layer: layer, found: "complex64 input", expected: "real numbers",
        suggestion: "put Abs() before it for magnitudes, or Cast(dtype: .float32) for real parts")
    }
    if let compute {
      guard compute.isFloating else {
        throw LayerError(
          .invalidConfig, layer: layer, field: "computeDtype", found: compute.name,
          expected: "a floating-point dtype")
      }
      return compute
    }
    return DType.promoted(input.isFloating ? input : .float32, parameters)
  }
}

/// The greatest count, length or rate of a config.
///
/// Larger ones are slips of the pen; a million and more of timesteps, taps or channels can still be run.
package let fieldLimit = 1 << 21

extension Int {
  /// The nearest number that a count, length or rate can have.
  var clampedField: Int { Swift.min(Swift.max(1, self), fieldLimit) }
}

/// Checks the number of channel axes.
func requireChannelRank(
  _ rank: ClosedRange<Int>, _ input: ChannelSpec, layer: String
) throws(LayerError) {
  guard rank.contains(input.shape.count) else {
    let axes =
      switch (rank.lowerBound, rank.upperBound) {
      case (let low, Int.max): "\(low) or more"
      case (let low, let high): low == high ? "\(low)" : "\(low) to \(high)"
      }
    throw LayerError(
      .invalidInput, layer: layer,
      found: "channel shape \(input.shape.shapeText)", expected: "\(axes) channel axes",
      suggestion: input.shape.isEmpty
        ? "put Reshape(outputShape: [1]) before it" : "put Flatten() or Reshape before it")
  }
}

extension LayerError {
  /// A field with an illegal value.
  static func config(
    _ layer: any SequenceLayer, _ field: String, found: String, expected: String?,
    suggestion: String? = nil
  ) -> LayerError {
    LayerError(
      .invalidConfig, layer: layer.typeName, field: field, found: found, expected: expected,
      suggestion: suggestion)
  }

  /// An input that does not fit.
  static func input(
    _ layer: any SequenceLayer, found: String, expected: String?, suggestion: String? = nil
  ) -> LayerError {
    LayerError(
      .invalidInput, layer: layer.typeName, found: found, expected: expected, suggestion: suggestion
    )
  }
}

extension SequenceLayer {
  /// Checks that a field is at least a number, and not so large that sizes could not be computed.
  func require(_ field: String, _ value: Int, atLeast least: Int) throws(LayerError) {
    guard value >= least else {
      throw .config(self, field, found: "\(value)", expected: "\(least) or more")
    }
    guard value <= fieldLimit else {
      throw .config(self, field, found: "\(value)", expected: "at most \(fieldLimit)")
    }
  }
}
