public import Layers
import Notation

extension LayerRegistry {
  /// The library's layers and ``Gain``, for every notation.
  public static var withGain: LayerRegistry {
    get throws {
      var registry = LayerRegistry.builtIn
      try registry.register(ProtoExtensions_gain) {
        Gain(db: $0.db, name: $0.hasName ? $0.name : nil)
      }
      return registry
    }
  }
}
