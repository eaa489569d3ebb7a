import Comparison
import Runtime
import Tensors

/// Two sequences beside each other where only valid timesteps count.
enum SequenceBits {
  /// Whether masks are the same, and values at valid timesteps.
  static func areEqual(
    _ values: UnsafeRawBufferPointer, _ mask: UnsafeRawBufferPointer, _ ours: Int,
    _ other: SequenceTensor, _ theirs: Int, count: Int, entry: Int
  ) -> Bool {
    other.values.withUnsafeBytes { otherValues in
      other.mask.withUnsafeBytes { otherMask in
        guard let values = values.baseAddress, let mask = mask.baseAddress,
          let otherValues = otherValues.baseAddress, let otherMask = otherMask.baseAddress
        else { return true }
        guard RawBytes.areEqual(mask + ours, otherMask + theirs, count) else { return false }
        if RawBytes.areEqual(values + ours * entry, otherValues + theirs * entry, count * entry) {
          return true
        }
        return (0..<count).allSatisfy { index in
          mask.load(fromByteOffset: ours + index, as: UInt8.self) == 0
            || RawBytes.areEqual(
              values + (ours + index) * entry, otherValues + (theirs + index) * entry, entry)
        }
      }
    }
  }

  /// The largest difference a row; infinite where masks differ.
  static func differences(_ a: SequenceTensor, _ b: SequenceTensor) -> [Float] {
    let (x, y) = (ComparedArray(a.values, mask: a.mask), ComparedArray(b.values, mask: b.mask))
    return (0..<a.batch).map { row in
      var largest = 0.0
      for time in 0..<a.time {
        guard x.isValid(row, time) == y.isValid(row, time) else { return .infinity }
        guard x.isValid(row, time), x.channelCount == y.channelCount else { continue }
        let (p, q) = (x.start(row, time), y.start(row, time))
        for channel in 0..<x.channelCount {
          largest = max(
            largest, ValueDifference.between(x.values[p + channel], y.values[q + channel]))
        }
      }
      return Float(largest)
    }
  }
}
