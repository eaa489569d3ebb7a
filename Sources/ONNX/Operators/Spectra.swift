import Programs
import Tensors
import Weights

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Fourier transforms by matrices that are known, and the windows that go before them.
enum Spectra {
  static let rows = OperatorTable.single([
    "DFT": transformed, "STFT": framed,
    "HannWindow": { try window($0, [0.5, 0.5]) },
    "HammingWindow": { try window($0, [25.0 / 46, 21.0 / 46]) },
    "BlackmanWindow": { try window($0, [0.42, 0.5, 0.08]) },
  ])

  /// More elements than this of a matrix are refused.
  private static let mostElements = 1 << 24

  /// `Σ (-1)ⁱ aᵢ cos(2π i n / N)`.
  private static func window(_ call: NodeCall, _ parts: [Double]) throws -> Value {
    let size = try call.integer(0, "the size")
    guard (1...1 << 20).contains(size) else {
      throw call.invalid("a window of \(size)", expected: "1 to 2²⁰")
    }
    let count = call.int("periodic", 1) != 0 ? size : max(1, size - 1)
    let values = (0..<size).map { place in
      parts.enumerated().reduce(0.0) { sum, part in
        let angle = 2 * Double.pi * Double(part.offset * place) / Double(count)
        return sum + (part.offset % 2 == 0 ? part.element : -part.element) * cos(angle)
      }
    }
    let number = call.int("output_datatype", 1)
    guard let dtype = OnnxElementType.stored(number)?.dtype, dtype.isFloating else {
      throw call.unsupported("a window of \(OnnxElementType.name(number))")
    }
    return call.builder.constant(Tensor(values).converted(to: dtype))
  }

  /// Cosines and sines `[n, bins]` for `size` samples.
  private static func matrices(
    _ x: Value, _ size: Int, _ bins: Int, _ call: NodeCall
  ) throws -> (cosines: Value, sines: Value) {
    guard size > 0, Rational.product(size, bins) <= mostElements else {
      throw call.unsupported("a transform of \(size) samples", expected: "at most 4,096")
    }
    func matrix(_ function: (Double) -> Double) -> Value {
      let values = (0..<size).flatMap { sample in
        (0..<bins).map { bin in
          // The angle is taken from the remainder, so that it is as right for high bins as for low ones.
          function(2 * .pi * Double(sample * bin % size) / Double(size))
        }
      }
      return x.builder.constant(Tensor(values, shape: [size, bins]).converted(to: x.dtype))
    }
    return (matrix { cos($0) }, matrix { sin($0) })
  }

  /// The transform of `[…, n]` as `[…, bins, 2]`.
  private static func spectrum(
    real: Value, imaginary: Value?, bins: Int, isInverse: Bool, _ call: NodeCall
  ) throws -> Value {
    let last = real.rank - 1
    let size = real.shape[last]
    let (cosines, sines) = try matrices(real, size, bins, call)
    func product(_ x: Value, _ matrix: Value) -> Value {
      x.dot(matrix, DotDimensions(leftContracting: [last], rightContracting: [0]))
    }
    var (a, b) = (product(real, cosines), product(real, sines))
    if !isInverse { b = b.unary(.neg) }
    if let imaginary {
      let turned = product(imaginary, sines)
      a = isInverse ? a - turned : a + turned
      b = b + product(imaginary, cosines)
    }
    let all = Value.concatenate([a, b].map { $0.expandingAxes([last + 1]) }, axis: last + 1)
    return isInverse ? all.scaled(by: 1 / Double(size)) : all
  }

  private static let transformed: OperatorTable.Lowering = { call in
    var x = try call.value(0)
    guard x.rank >= 2, [1, 2].contains(x.shape[x.rank - 1]) else {
      throw call.invalid("\(x.type)", expected: "[…, n, …, 1] or [… , 2]")
    }
    let given =
      call.has(2) ? try call.integer(2, "the axis") : call.int("axis", call.opset < 20 ? 1 : -2)
    let axis = try call.axis(given, rank: x.rank)
    let (isInverse, isHalf) = (call.flag("inverse"), call.flag("onesided"))
    guard axis < x.rank - 1, !(isInverse && isHalf) else {
      throw call.unsupported("a transform of axis \(axis), inverse and one-sided")
    }
    let size = call.has(1) ? try call.integer(1, "the length") : x.shape[axis]
    guard size > 0 else { throw call.invalid("a length of \(size)", expected: "1 or more") }
    let missing = size - x.shape[axis]
    x =
      missing > 0
      ? x.padded(axis: axis, low: 0, high: missing, value: 0)
      : x.sliced(axis: axis, from: 0, to: size)
    let order = (0..<x.rank - 1).filter { $0 != axis } + [axis]
    func part(_ index: Int) -> Value { x.element(index, axis: x.rank - 1).transposed(order) }
    let y = try spectrum(
      real: part(0), imaginary: x.shape[x.rank - 1] == 2 ? part(1) : nil,
      bins: isHalf ? size / 2 + 1 : size, isInverse: isInverse, call)
    let back = (0..<x.rank - 1).map { order.firstIndex(of: $0) ?? 0 }
    return y.transposed(back + [x.rank - 1])
  }

  /// Windows of a real signal `[b, n]` or `[b, n, 1]`, as `[b, frames, bins, 2]`.
  private static let framed: OperatorTable.Lowering = { call in
    var x = try call.value(0)
    if x.rank == 3, x.shape[2] == 1 { x = x.element(0, axis: 2) }
    guard x.rank == 2 else { throw call.unsupported("a signal \(x.type)", expected: "[b, n, 1]") }
    let step = try call.integer(1, "the step")
    let window = try call.optional(2)
    let length = call.has(3) ? try call.integer(3, "the length") : window?.shape.first ?? 0
    guard step > 0, length > 0, length <= x.shape[1], window.map({ $0.shape == [length] }) ?? true
    else {
      throw call.invalid(
        "frames of \(length) every \(step) of \(x.type)", expected: "frames within the signal")
    }
    let count = (x.shape[1] - length) / step + 1
    _ = try call.checked([x.shape[0], count, length])
    let places = (0..<count).flatMap { frame in (0..<length).map { Int32(frame * step + $0) } }
    var frames = x.gathered(
      x.builder.constant(Tensor(places, shape: [count, length])), axis: 1)
    if let window { frames = frames * window }
    return try spectrum(
      real: frames, imaginary: nil,
      bins: call.int("onesided", 1) != 0 ? length / 2 + 1 : length, isInverse: false, call)
  }
}
