package import Tensors

/// How weights of products and convolutions are stored; they are computed with in single precision.
public enum WeightPrecision: String, CaseIterable, Sendable {
  /// As they are.
  case float32
  /// Rounded to half precision.
  case float16
  /// Eight-bit integers with a scale for each output channel.
  case int8

  /// How far a result may be from ours, as a share of the largest number of its tensor.
  var tolerance: Double {
    switch self {
    case .float32: 2e-5
    case .float16: 1e-2
    case .int8: 1e-1
    }
  }

  /// Whether an array is worth storing in another way.
  func stores(_ tensor: Tensor) -> Bool {
    self != .float32 && tensor.dtype == .float32 && tensor.count >= 64
  }
}

/// Numbers as integers with a scale for each channel.
package struct QuantizedTensor {
  /// The integers, from -127 to 127.
  package var values: Tensor
  /// What they are multiplied by, one number a channel.
  package var scales: [Float]
  /// The axis of the channels.
  package var axis: Int

  /// The nearest integers whose greatest of each channel is 127.
  package init(_ tensor: Tensor, axis: Int) {
    self.axis = axis
    let channels = tensor.shape[axis]
    let inner = Array(tensor.shape[(axis + 1)...]).elementCount
    let weights = tensor.elements(as: Float.self)
    var greatest: [Float] = Array(repeating: 0, count: channels)
    for (index, weight) in weights.enumerated() {
      let channel = index / inner % channels
      greatest[channel] = max(greatest[channel], weight.magnitude)
    }
    let scales = greatest.map { $0 > 0 ? $0 / 127 : 1 }
    let integers = weights.enumerated().map { index, weight -> Int8 in
      let step = (weight / scales[index / inner % channels]).rounded()
      // What is no number has no integer.
      return step.isNaN ? 0 : Int8(max(-127, min(127, step)))
    }
    self.scales = scales
    values = Tensor(integers, shape: tensor.shape)
  }
}
