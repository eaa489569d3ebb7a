import Serialization
import Tensors

extension SequenceTensor {
  /// A digest of each row's values and mask; invalid values count as 0, every NaN as one.
  package var rowDigests: [UInt64] {
    values.withUnsafeBytes { values in
      mask.withUnsafeBytes { mask in
        Digest.ofRows(values: values, mask: mask, rows: batch, dtype: self.values.dtype)
      }
    }
  }
}
