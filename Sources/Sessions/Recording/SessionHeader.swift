import Weights

/// What a session file begins with: formats and versions.
package struct SessionHeader: Hashable, Sendable {
  /// The version of the file format.
  package static let currentFormat = 1
  /// The version of the program.
  package static let currentProgram = "0.1.0"

  package var format = SessionHeader.currentFormat
  package var program = SessionHeader.currentProgram
  /// Raised whenever a kernel's defined result changes: digests hold within one version only.
  package var numerics = NumericsVersion.current
  /// Files that commands name, with their digest when they were read.
  package var files: [String: String] = [:]

  package init() {}

  var json: JSONValue {
    .object([
      .init("session", .integer(format)), .init("program", .string(program)),
      .init("numerics", .integer(numerics)),
      .init(
        "files", .object(files.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
    ])
  }

  init?(_ json: JSONValue) {
    guard let format = json["session"]?.integer, let program = json["program"]?.string,
      let numerics = json["numerics"]?.integer
    else { return nil }
    self.format = format
    self.program = program
    self.numerics = numerics
    for member in json["files"]?.members ?? [] { files[member.name] = member.value.string ?? "" }
  }
}

/// The version of all defined results of the library.
package enum NumericsVersion {
  package static let current = 1
}
