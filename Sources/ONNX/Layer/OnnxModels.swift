public import Layers
package import Serialization
import Synchronization
import Weights

/// The models that a session has opened: a layer finds its model here by the path that its config names,
/// so that a session decides which files are read.
package final class OnnxModels: Sendable {
  private let sources = Mutex<[String: OnnxSource]>([:])

  package init() {}

  /// Whether a file is an ONNX model, by what it begins with or else by its name.
  package static func isModel(_ path: String, _ file: ByteFile?) -> Bool {
    if path.lowercased().hasSuffix(".onnx") { return true }
    guard let file, case .foreign(let kind)? = try? FileKind.of(file) else { return false }
    return kind.isONNX
  }

  /// Opens a model, or gives the one that was opened from the same bytes.
  ///
  /// `open` opens other files of its folder, all at once.
  package func take(
    _ path: String, _ file: ByteFile, open: (String) throws -> ByteFile
  ) throws {
    var others: [String: ByteFile] = [:]
    for name in try OnnxSource.filesBeside(file) { others[name] = try open(name) }
    let source = try OnnxSource(file) { [others] name in
      guard let file = others[name] else {
        throw OnnxError(.outside, path, found: "data in \(name)", expected: "a file of the model")
      }
      return file
    }
    sources.withLock { $0[path] = source }
  }

  fileprivate func opened(_ path: String) throws -> OnnxSource {
    guard let source = sources.withLock({ $0[path] }) else {
      throw OnnxError(
        .invalidConfig, path, found: "the file was not opened", expected: "an ONNX model")
    }
    return source
  }
}

extension OnnxSource {
  /// The model in a file of the disk.
  static func disk(_ path: String) throws -> OnnxSource { try OnnxSource(try ByteFile(path: path)) }
}

extension LayerRegistry {
  /// The layers of the library and ``OnnxGraph``, which opens its files from the disk.
  public static let withModels: LayerRegistry = {
    var registry = LayerRegistry.builtIn
    do { try registry.register(OnnxGraph.self) } catch {
      preconditionFailure("The number of OnnxGraph is taken: \(error)")
    }
    return registry
  }()

  /// These layers and ``OnnxGraph``, which finds its models among those given.
  package func finding(_ models: OnnxModels) -> LayerRegistry {
    registering(OnnxGraph.self) { spec, registry throws(ConfigError) in
      let config = try OnnxGraph.Config(spec, registry)
      do {
        return try OnnxGraph(
          config, models.opened(config.file), offline: config.offline.map(models.opened))
      } catch { throw .opening(config.file, error) }
    }
  }
}
