import Serialization
import Tensors

/// Arrays by content: equal bytes are kept once, whatever their shapes.
struct ConstantPool {
  private(set) var tensors: [Tensor] = []
  private var places: [UInt64: [Int]] = [:]

  /// The number of bytes of all arrays.
  private(set) var byteCount = 0

  /// The place of the array with these bytes, added if it is new.
  mutating func index(of tensor: Tensor) -> Int {
    let digest = tensor.withUnsafeBytes { ByteDigest.of($0) }
    let candidates = places[digest] ?? []
    if let known = candidates.first(where: { tensors[$0].bytesEqual(tensor) }) { return known }
    places[digest, default: []].append(tensors.count)
    tensors.append(tensor)
    byteCount += tensor.byteCount
    return tensors.count - 1
  }
}

extension Tensor {
  fileprivate func bytesEqual(_ other: Tensor) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return withUnsafeBytes { mine in other.withUnsafeBytes { mine.elementsEqual($0) } }
  }
}
