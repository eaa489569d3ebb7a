import Programs
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A low-pass filter: `sin(2π·cutoff·n) / (π·n)` about the middle of the taps, under a Kaiser window, with
/// the sum 1.
///
/// - Source: Smith, The Scientist and Engineer's Guide to DSP, chapter 16.
struct SincFilter {
  var size: Int
  /// As part of the sample rate.
  var cutoff: Double
  var kaiserBeta: Double

  func check(_ layer: any SequenceLayer) throws(LayerError) {
    guard cutoff > 0, cutoff <= 0.5 else {
      throw .config(
        layer, "cutoff", found: "\(cutoff)", expected: "above 0 and at most 0.5 of the sample rate")
    }
    guard kaiserBeta >= 0, kaiserBeta <= 500 else {
      throw .config(layer, "kaiserBeta", found: "\(kaiserBeta)", expected: "0 to 500")
    }
  }

  /// The taps.
  func taps() throws(LayerError) -> [Double] {
    let window =
      try WindowFn.getWindow(name: "kaiser", args: [kaiserBeta], periodic: false).values(size)
      ?? Array(repeating: 1, count: size)
    let middle = Double(size - 1) / 2
    let raw = window.enumerated().map { index, weight in
      let x = 2 * cutoff * (Double(index) - middle)
      return weight * (x == 0 ? 1 : sin(.pi * x) / (.pi * x))
    }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }

  /// The taps as the kernel of every channel by itself, `[size, 1, channels]`.
  func kernel(
    _ channels: Int, _ dtype: DType, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let type = ValueType(dtype, [size, 1, channels])
    return try context.builder.constant(type) { () throws(LayerError) in
      try taps().flatMap { Array(repeating: $0, count: channels) }
    }
  }
}
