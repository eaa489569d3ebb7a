import CKernels
import Foundation
import Testing

/// A compilation of the kernels that this machine can run.
struct KernelVariant: CustomTestStringConvertible, Sendable {
  let number: Int32

  var testDescription: String { String(cString: sw_kernels_name(number)) }

  /// Every variant that runs here, the portable one first.
  static let all: [KernelVariant] = (0..<Int32(SW_VARIANT_COUNT))
    .filter { sw_kernels_supported($0) == 1 }
    .map(KernelVariant.init)

  /// Selecting is global, so only one test at a time may do it.
  private static let selection = NSLock()

  /// What `body` returns under each variant.
  static func each<Result>(_ body: () -> Result) -> [(variant: KernelVariant, result: Result)] {
    selection.lock()
    let before = sw_kernels_selected()
    defer {
      _ = sw_kernels_select(before)
      selection.unlock()
    }
    return all.map { variant in
      #expect(sw_kernels_select(variant.number) == 0)
      return (variant, body())
    }
  }
}

/// The bits of a value, with one pattern for all NaN.
func bits(_ value: Float) -> UInt32 { value.isNaN ? 0x7fc0_0000 : value.bitPattern }

/// The bits that `body` gives under the portable variant, after checking that every other variant
/// gives the same.
@discardableResult
func expectSameBits(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () -> [Float]
) -> [Float] {
  let results = KernelVariant.each(body)
  let first = results[0].result
  for (variant, result) in results.dropFirst() {
    let wrong = zip(first, result).enumerated().first { bits($1.0) != bits($1.1) }
    if let wrong {
      Issue.record(
        """
        \(what): \(variant.testDescription) differs at \(wrong.offset): \
        \(wrong.element.1) instead of \(wrong.element.0)
        """, sourceLocation: sourceLocation)
    }
    #expect(first.count == result.count, sourceLocation: sourceLocation)
  }
  return first
}

/// A small repeatable generator of numbers.
struct Numbers {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func word() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(truncatingIfNeeded: (state ^ (state >> 22)) >> 29)
  }

  /// Uniform in -1...1.
  mutating func unit() -> Float { Float(Int32(bitPattern: word())) / 2_147_483_648 }

  mutating func units(_ count: Int) -> [Float] { (0..<count).map { _ in unit() } }

  /// Any bits at all, with many special values.
  mutating func awkward() -> Float {
    let choice = Int(word() % 3)
    if choice == 0 { return awkwardValues[Int(word()) % awkwardValues.count] }
    return choice == 1 ? Float(bitPattern: word()) : unit() * 100
  }

  mutating func awkward(_ count: Int) -> [Float] { (0..<count).map { _ in awkward() } }
}

let awkwardValues: [Float] = [
  0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 2, -2, .infinity, -.infinity, .nan,
  .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, Float(bitPattern: 70000),
  Float(bitPattern: 0x8000_ffff),
  .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .pi, 88.72, 88.73, -87.4, -103.9, -104.2,
  1_048_576, 1_048_577, -1e30, 1e-30, 8_388_607.5, 16_777_218, 2_147_483_648, -2_147_483_648,
  4_294_967_296, 0.625, 1e-8, -1e-8,
]
