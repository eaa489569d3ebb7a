public import Layers
import Serialization
public import Tensors

/// The state of a stream at a position: plain tensors by leaf path.
public struct StreamSnapshot: Sendable {
  /// How many input timesteps had been fed.
  public var position: Int
  /// The number of rows.
  public var batch: Int
  /// How many timesteps there is room for in the caches that grow; nil without such.
  public var cacheCapacity: Int?
  /// The leaves, in program order.
  public var leaves: [StateLeafSpec]
  /// Their values; windows oldest entry first.
  public var values: [Tensor]

  /// The size of all values in bytes.
  public var byteCount: Int { values.reduce(0) { $0 + $1.byteCount } }

  /// A 64-bit digest of all leaves, equal for equal states.
  public var digest: UInt64 {
    var hash = Digest()
    for (leaf, value) in zip(leaves, values) {
      hash.add(leaf.path)
      hash.add(value)
    }
    return hash.value
  }
}
