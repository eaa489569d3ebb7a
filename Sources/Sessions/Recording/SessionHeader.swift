import Serialization

/// What a session file begins with.
///
/// The events decide what the session is; what else stands here is
/// for readers, and to find files again.
package struct SessionHeader: Hashable, Sendable {
  /// The version of the file format.
  package static let currentFormat = 2
  /// The version of the program.
  package static let currentProgram = "0.1.0"

  /// A file that a command of the session reads.
  package struct File: Hashable, Sendable {
    package var use: FileUse
    /// The path as seen from the folder of the session file.
    package var relative: String
    /// Whether the session holds its bytes.
    package var isEmbedded: Bool
  }

  package var format = SessionHeader.currentFormat
  package var program = SessionHeader.currentProgram
  /// Raised whenever a kernel's defined result changes: digests hold within one version only.
  package var numerics = NumericsVersion.current
  /// The stack when the file was saved, in Swift notation.
  package var stack: String?
  package var seed: UInt64 = 0
  /// The dtype that floating input is converted to, if any.
  package var dtype: String?
  package var files: [File] = []

  package init() {}

  var json: JSONValue {
    .object([
      .init("session", .integer(format)), .init("program", .string(program)),
      .init("numerics", .integer(numerics)), .init("stack", stack.map { .string($0) } ?? .null),
      .init("seed", .string("\(seed)")), .init("dtype", dtype.map { .string($0) } ?? .null),
      .init("files", .array(files.map(\.json))),
    ])
  }

  init?(_ json: JSONValue) {
    guard let format = json["session"]?.integer, let program = json["program"]?.string,
      let numerics = json["numerics"]?.integer
    else { return nil }
    self.format = format
    self.program = program
    self.numerics = numerics
    stack = json["stack"]?.string
    seed = json["seed"]?.string.flatMap { UInt64($0) } ?? 0
    dtype = json["dtype"]?.string
    files = (json["files"]?.array ?? []).compactMap(File.init)
  }
}

extension SessionHeader.File {
  var json: JSONValue {
    .object(
      use.members + [
        .init("relative", .string(relative)), .init("embedded", .bool(isEmbedded)),
      ])
  }

  init?(_ json: JSONValue) {
    guard let use = FileUse(json), let relative = json["relative"]?.string,
      case .bool(let isEmbedded)? = json["embedded"]
    else { return nil }
    self.init(use: use, relative: relative, isEmbedded: isEmbedded)
  }
}

extension FileUse {
  var members: [JSONValue.Member] {
    [
      .init("path", .string(path)), .init("digest", .string(digest.hex)),
      .init("bytes", .string("\(byteCount)")),
    ]
  }

  init?(_ json: JSONValue) {
    guard let path = json["path"]?.string,
      let digest = json["digest"]?.string.flatMap({ UInt64(hex: $0) }),
      let byteCount = json["bytes"]?.string.flatMap({ Int($0) }), byteCount >= 0
    else { return nil }
    self.init(path: path, digest: digest, byteCount: byteCount)
  }
}

/// The version of all defined results of the library.
///
/// | version | what changed |
/// |---|---|
/// | 1 | the first |
/// | 2 | sigmoid, and with it the LSTM cell: the quotient is corrected once, for 1.5 instead of 2.4 ulp |
package enum NumericsVersion {
  package static let current = 2
}
