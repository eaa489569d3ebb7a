package import ConfigProtos
package import Layers
import SwiftProtobuf

/// Turns trees into protobuf bytes and back, through SwiftProtobuf's messages and their JSON.
package struct BinaryCodec {
  private let registry: LayerRegistry
  private let extensions: SimpleExtensionMap

  /// Creates a codec with the extensions that are registered.
  package init(registry: LayerRegistry) {
    self.registry = registry
    extensions = registry.extensions
  }

  /// The bytes of a checked tree.
  package func encode(_ root: SpecNode) throws(ConfigError) -> [UInt8] {
    do {
      return try message(root).serializedBytes()
    } catch let error as ConfigError {
      throw error
    } catch {
      throw failure(error, "a config that protobuf can hold")
    }
  }

  /// The protobuf message of a checked tree.
  package func message(_ root: SpecNode) throws(ConfigError) -> ProtoSequenceLayer {
    do {
      return try ProtoSequenceLayer(
        jsonString: JSONPrinter.print(root, registry: registry), extensions: extensions)
    } catch {
      throw failure(error, "a config that protobuf can hold")
    }
  }

  /// The tree of some bytes, not yet checked, in the style of JSON.
  package func decode(_ bytes: [UInt8]) throws(ConfigError) -> SpecNode {
    let message: ProtoSequenceLayer
    do {
      message = try ProtoSequenceLayer(serializedBytes: bytes, extensions: extensions)
    } catch {
      throw failure(error, "the bytes of a SequenceLayer message")
    }
    return try tree(of: message)
  }

  /// The tree of a message, not yet checked, in the style of JSON.
  package func tree(of message: ProtoSequenceLayer) throws(ConfigError) -> SpecNode {
    let json: String
    do {
      json = try message.jsonString()
      // JSON cannot hold fields of an unknown number: their bytes would get lost in silence.
      let copy = try ProtoSequenceLayer(jsonString: json, extensions: extensions)
      let size: [UInt8] = try message.serializedBytes()
      let known: [UInt8] = try copy.serializedBytes()
      guard size.count == known.count else {
        throw ConfigError(
          .unknownField, found: "\(size.count - known.count) bytes of fields with unknown numbers",
          expected: "fields of this version and of registered extensions",
          suggestion: "register the custom layer, or read it with the version that wrote it")
      }
    } catch let error as ConfigError {
      throw error
    } catch {
      throw failure(error, "a message that JSON can hold")
    }
    return try JSONReader.read(json)
  }

  private func failure(_ error: any Error, _ expected: String) -> ConfigError {
    ConfigError(
      .syntax, found: "protobuf refuses it (\(error))", expected: expected,
      suggestion: registry.entries.contains { $0.isCustom && registry.bindings.isEmpty }
        ? "only layers that are registered by their messages have a place in protobuf" : nil)
  }
}
