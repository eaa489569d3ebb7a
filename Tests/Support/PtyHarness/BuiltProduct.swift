import Foundation

/// Executables built together with the tests.
package enum BuiltProduct {
  /// The path of an executable beside the test bundle.
  package static func path(_ name: String) throws -> String {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    for _ in 0..<6 {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent(name)
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder)
      if exists, !isFolder.boolValue { return candidate.path }
    }
    throw PtyError(description: "no executable \(name) beside \(CommandLine.arguments[0])")
  }
}
