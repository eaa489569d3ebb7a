import Runtime
import Tensors

extension SequenceTensor {
  /// The bytes of values and mask.
  var byteCount: Int { Rational.sum(values.byteCount, mask.byteCount) }

  /// For each row the number of timesteps up to its last valid one.
  var ends: [Int] {
    (0..<batch).map { row in
      (0..<time).last { isValid(row: row, time: $0) }.map { $0 + 1 } ?? 0
    }
  }

  /// How many of the first timesteps are the same, bit for bit, in all rows.
  func commonTime(_ other: SequenceTensor) -> Int {
    guard batch == other.batch, channelSpec == other.channelSpec else { return 0 }
    let entry = channelCount * values.dtype.byteCount
    var common = min(time, other.time)
    values.withUnsafeBytes { a in
      other.values.withUnsafeBytes { b in
        for row in 0..<batch {
          let (x, y) = (a[(row * time * entry)...], b[(row * other.time * entry)...])
          let count = zip(x.prefix(common * entry), y.prefix(common * entry)).prefix { $0 == $1 }
            .count
          if entry > 0 { common = count / entry }
        }
      }
    }
    for row in 0..<batch {
      let first = (0..<common).first {
        isValid(row: row, time: $0) != other.isValid(row: row, time: $0)
      }
      common = first ?? common
    }
    return common
  }
}
