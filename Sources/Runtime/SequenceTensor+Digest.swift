import Tensors

extension SequenceTensor {
  /// A digest of each row's values and mask; invalid values count as 0, every NaN as one.
  package var rowDigests: [UInt64] {
    let masked = maskedInvalid()
    let width = time * channelCount
    return (0..<batch).map { row in
      var digest = Digest()
      digest.addElements(masked.values, (row * width)..<((row + 1) * width))
      digest.addElements(masked.mask, (row * time)..<((row + 1) * time))
      return digest.value
    }
  }
}
