import Diagnostics
import Runtime
import Tensors

/// Where a sequence first has a NaN at a valid timestep.
package struct NaNPlace: Hashable, Sendable {
  package var row: Int
  package var time: Int

  package init(row: Int, time: Int) {
    self.row = row
    self.time = time
  }

  /// Such as `row 0, t 12`.
  package var text: String { "row \(row), t \(NumberText.grouped(time))" }
}

extension SequenceTensor {
  /// The earliest valid timestep that has a NaN; of several rows the first.
  ///
  /// What stands at invalid timesteps does not count: it may be anything.
  var firstNaN: NaNPlace? {
    guard values.dtype.isFloating || values.dtype == .complex64, channelCount > 0 else {
      return nil
    }
    var first: NaNPlace?
    for row in 0..<batch {
      let end = first?.time ?? time
      if let found = firstNaN(row: row, before: end) { first = NaNPlace(row: row, time: found) }
    }
    return first
  }

  private func firstNaN(row: Int, before end: Int) -> Int? {
    let channels = channelCount
    switch values.dtype {
    case .float32:
      return values.withUnsafeElements(of: Float.self) { elements in
        (0..<end).first { step in
          let start = (row * time + step) * channels
          return elements[start..<start + channels].contains(where: \.isNaN)
            && isValid(row: row, time: step)
        }
      }
    case .complex64:
      return values.withUnsafeElements(of: Complex64.self) { elements in
        (0..<end).first { step in
          let start = (row * time + step) * channels
          return isValid(row: row, time: step)
            && elements[start..<start + channels].contains { $0.real.isNaN || $0.imaginary.isNaN }
        }
      }
    default:
      return (0..<end).first { step in
        guard isValid(row: row, time: step) else { return false }
        let start = (row * time + step) * channels
        return (start..<start + channels).contains { values.double(at: $0).isNaN }
      }
    }
  }
}
