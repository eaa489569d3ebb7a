import Foundation

/// Python with packages that some tests compare with.
///
/// `ONNX_PYTHON` names it, else `python3` is tried; where a package is missing the tests that need it are
/// skipped, with the reason printed.
enum OracleProgram {
  struct Run {
    var status: Int32
    var output: String
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs a script of `Tests/Oracles`.
  static func run(_ script: String, _ arguments: [String]) -> Run {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let python = ProcessInfo.processInfo.environment["ONNX_PYTHON"] ?? "python3"
    process.arguments =
      [python, root.appending(path: "Tests/Oracles/\(script)").path()] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return Run(status: 127, output: "\(error)") }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Run(
      status: process.terminationStatus,
      output: String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
