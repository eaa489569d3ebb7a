public import Tensors

/// The Adam optimiser, with gradients clipped by their common norm.
///
/// For each number: `m = β₁ m + (1 - β₁) g`, `v = β₂ v + (1 - β₂) g²`, and the number falls by
/// `rate · m̂ / (√v̂ + ε)`, where `m̂ = m / (1 - β₁ⁿ)` and `v̂ = v / (1 - β₂ⁿ)` in step `n`.
///
/// - Source: Kingma & Ba 2015.
public struct Adam: Sendable {
  /// How far a number moves at most, roughly, in one step.
  public var learningRate: Double
  /// How slowly the running mean of gradients forgets.
  public var meanDecay: Double
  /// How slowly the running mean of squared gradients forgets.
  public var squareDecay: Double
  /// Keeps the division finite.
  public var epsilon: Double
  /// Gradients are scaled down to this common norm; nil leaves them.
  public var largestNorm: Double?
  /// The number of steps taken.
  public private(set) var steps = 0

  private var moments: [String: Moments] = [:]

  private struct Moments {
    var mean: [Double]
    var square: [Double]
  }

  /// Makes an optimiser that has taken no step.
  public init(
    learningRate: Double, meanDecay: Double = 0.9, squareDecay: Double = 0.999,
    epsilon: Double = 1e-8, largestNorm: Double? = 1
  ) {
    self.learningRate = learningRate
    self.meanDecay = meanDecay
    self.squareDecay = squareDecay
    self.epsilon = epsilon
    self.largestNorm = largestNorm
  }

  /// One step: the parameters moved against their gradients, by name.
  ///
  /// - Precondition: every parameter has a gradient of its shape; both are floating.
  public mutating func step(
    _ parameters: [String: Tensor], gradients: [String: Tensor]
  ) -> [String: Tensor] {
    steps += 1
    let numbers = gradients.mapValues { $0.elements(as: Double.self) }
    let scale = self.scale(numbers)
    var moved: [String: Tensor] = [:]
    for (name, parameter) in parameters {
      guard let gradient = numbers[name] else {
        preconditionFailure("Parameter \(name) has no gradient.")
      }
      let values = moving(name, parameter.elements(), gradient.map { $0 * scale })
      moved[name] = Tensor(values, shape: parameter.shape).converted(to: parameter.dtype)
    }
    return moved
  }

  /// What gradients are multiplied with so that their common norm is not too large.
  private func scale(_ gradients: [String: [Double]]) -> Double {
    guard let largestNorm else { return 1 }
    // Sorted, because the order of a dictionary differs from run to run and so would the last bits.
    let squares = gradients.keys.sorted().map { name in
      (gradients[name] ?? []).reduce(0) { $0 + $1 * $1 }
    }
    let norm = squares.reduce(0, +).squareRoot()
    return norm > largestNorm ? largestNorm / norm : 1
  }

  private mutating func moving(
    _ name: String, _ values: [Double], _ gradient: [Double]
  ) -> [Double] {
    precondition(values.count == gradient.count, "The gradient of \(name) has another shape.")
    let zeros: [Double] = Array(repeating: 0, count: values.count)
    var moments = moments.removeValue(forKey: name) ?? Moments(mean: zeros, square: zeros)
    let meanScale = 1 / (1 - power(meanDecay))
    let squareScale = 1 / (1 - power(squareDecay))
    var moved = values
    for index in values.indices {
      let g = gradient[index]
      let mean = meanDecay * moments.mean[index] + (1 - meanDecay) * g
      let square = squareDecay * moments.square[index] + (1 - squareDecay) * g * g
      moments.mean[index] = mean
      moments.square[index] = square
      let size = (square * squareScale).squareRoot() + epsilon
      moved[index] -= learningRate * mean * meanScale / size
    }
    self.moments[name] = moments
    return moved
  }

  private func power(_ decay: Double) -> Double {
    var result = 1.0
    for _ in 0..<steps { result *= decay }
    return result
  }
}
