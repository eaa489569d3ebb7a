public import Layers
public import Notation
import SwiftProtobuf

extension LayerRegistry {
  /// The library's layers and ``Gain``.
  public static var withGain: LayerRegistry {
    get throws {
      var registry = LayerRegistry.builtIn
      try registry.register(Gain.self)
      return registry
    }
  }
}

extension LayerNotation {
  /// Every notation with ``Gain``; the extension is what binary needs.
  public static var withGain: LayerNotation {
    get throws {
      LayerNotation(registry: try .withGain, extensions: [ProtoExtensions_gain])
    }
  }
}
