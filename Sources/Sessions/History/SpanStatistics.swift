import Runtime
import Tensors

/// What is known of a layer's outputs in a span of steps, in one row, at valid timesteps.
package struct SpanStatistics: Hashable, Sendable {
  /// The least and greatest number that is not NaN; infinite with the wrong sign where there is none.
  package var least = Float.infinity
  package var greatest = -Float.infinity
  /// The sum of all finite numbers.
  package var sum = 0.0
  /// How many numbers were added up.
  package var count: Int32 = 0
  package var nanCount: Int32 = 0
  /// Valid timesteps.
  package var validCount: Int32 = 0
  /// The largest difference to the layer-wise run; infinite where the masks differ.
  package var difference: Float = 0

  package init() {}

  /// The mean of the finite numbers; NaN where there is none.
  package var mean: Double { sum / Double(count) }

  /// The largest magnitude; nil where there is no number.
  package var peak: Float? {
    least > greatest ? nil : max(least.magnitude, greatest.magnitude)
  }

  mutating func add(_ other: SpanStatistics) {
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    sum += other.sum
    count &+= other.count
    nanCount &+= other.nanCount
    validCount &+= other.validCount
    difference = max(difference, other.difference)
  }

  /// Adds timesteps `[t, …]` of a dtype as they lie in memory.
  mutating func add(
    _ values: UnsafeRawBufferPointer, mask: UnsafeRawBufferPointer, _ dtype: DType
  ) {
    guard mask.count > 0 else { return }
    let entry = values.count / mask.count
    var start = 0
    // Runs of valid timesteps, as long as they are.
    while start < mask.count {
      guard mask[start] != 0 else {
        start += 1
        continue
      }
      var end = start + 1
      while end < mask.count, mask[end] != 0 { end += 1 }
      validCount &+= Int32(clamping: end - start)
      let run = UnsafeRawBufferPointer(rebasing: values[start * entry..<end * entry])
      if dtype == .float32 {
        addSingles(run.bindMemory(to: Float.self))
      } else {
        addOthers(run, dtype)
      }
      start = end
    }
  }

  private mutating func addSingles(_ values: UnsafeBufferPointer<Float>) {
    var low = SIMD8<Float>(repeating: .infinity)
    var high = SIMD8<Float>(repeating: -.infinity)
    var total = SIMD8<Double>.zero
    let whole = values.count / 8 * 8
    let base = UnsafeRawPointer(values.baseAddress)
    var place = 0
    while place < whole, let base {
      let part = (base + place * 4).loadUnaligned(as: SIMD8<Float>.self)
      low.replace(with: part, where: part .< low)
      high.replace(with: part, where: part .> high)
      total += SIMD8<Double>(part)
      place += 8
    }
    let sum = total.sum()
    // Any NaN or infinity is in the sum: only then numbers are looked at one by one.
    guard sum.isFinite else {
      for value in values { addOne(Double(value)) }
      return
    }
    least = min(least, low.min())
    greatest = max(greatest, high.max())
    self.sum += sum
    count &+= Int32(clamping: whole)
    for value in values[whole...] { addOne(Double(value)) }
  }

  private mutating func addOthers(_ bytes: UnsafeRawBufferPointer, _ dtype: DType) {
    let tensor = Tensor(dtype, shape: [bytes.count / dtype.byteCount]) { $0.copyBytes(bytes) }
    for value in ComplexMagnitude.doubles(tensor) { addOne(value) }
  }

  private mutating func addOne(_ value: Double) {
    guard !value.isNaN else {
      nanCount &+= 1
      return
    }
    least = min(least, Float(value))
    greatest = max(greatest, Float(value))
    guard value.isFinite else { return }
    sum += value
    count &+= 1
  }
}

/// Numbers that can be ordered: of complex ones the magnitudes.
enum ComplexMagnitude {
  static func doubles(_ tensor: Tensor) -> [Double] {
    guard tensor.dtype == .complex64 else { return tensor.doubles() }
    return tensor.withUnsafeElements(of: Complex64.self) { numbers in
      numbers.map {
        let (x, y) = (Double($0.real), Double($0.imaginary))
        return (x * x + y * y).squareRoot()
      }
    }
  }
}
