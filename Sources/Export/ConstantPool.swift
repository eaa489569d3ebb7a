import Tensors

/// Arrays by content: equal bytes are kept once, whatever their shapes.
struct ConstantPool {
  private(set) var tensors: [Tensor] = []
  private var places: [UInt64: [Int]] = [:]

  /// The number of bytes of all arrays.
  private(set) var byteCount = 0

  /// The place of the array with these bytes, added if it is new.
  mutating func index(of tensor: Tensor) -> Int {
    let digest = tensor.contentDigest
    let candidates = places[digest] ?? []
    if let known = candidates.first(where: { tensors[$0].bytesEqual(tensor) }) { return known }
    places[digest, default: []].append(tensors.count)
    tensors.append(tensor)
    byteCount += tensor.byteCount
    return tensors.count - 1
  }
}

extension Tensor {
  /// A digest of the bytes: FNV-1a over words.
  fileprivate var contentDigest: UInt64 {
    withUnsafeBytes { bytes in
      var hash: UInt64 = 14_695_981_039_346_656_037 ^ UInt64(bytes.count)
      let words = bytes.count / 8
      for word in 0..<words {
        hash =
          (hash ^ bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
          &* 1_099_511_628_211
        hash ^= hash >> 29
      }
      for byte in bytes[(8 * words)...] { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
      return hash
    }
  }

  fileprivate func bytesEqual(_ other: Tensor) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return withUnsafeBytes { mine in other.withUnsafeBytes { mine.elementsEqual($0) } }
  }
}
