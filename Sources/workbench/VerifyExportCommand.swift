import ArgumentParser
import ONNX
import Weights

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `workbench verify export DIR`: runs an export in its official runtime.
struct VerifyExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Run an export in its official runtime and compare it with what was recorded.",
    discussion: """
      Runs check.py of the folder by --python, else WORKBENCH_PYTHON, else python3, and ends with its status: \
      1 for a difference, 3 where a package is not installed. With --reader the workbench runs the files of an \
      export to ONNX itself, by its own reader, without Python.
      """)

  @Argument(help: "The folder that workbench export has written.")
  var folder: String

  @Option(help: "The Python that has the runtime's packages.")
  var python: String?

  @Flag(help: "Run an export to ONNX by the workbench's own reader of ONNX files.")
  var reader = false

  func run() throws {
    guard !reader else { return try readBack() }
    let script = "\(folder)/check.py"
    guard access(script, R_OK) == 0 else {
      throw Failure(
        "\(folder): found no check.py, expected a folder that workbench export has written")
    }
    let chosen = python ?? getenv("WORKBENCH_PYTHON").map { String(cString: $0) } ?? "python3"
    // The script takes the place of this program, with its output and its status.
    let words: [UnsafeMutablePointer<CChar>?] = [
      strdup(chosen), strdup(script), strdup(folder), nil,
    ]
    execvp(chosen, words)
    throw Failure(
      "\(chosen): found \(String(cString: strerror(errno))), expected a Python; name one with --python"
    )
  }
}

extension VerifyExportCommand {
  private func readBack() throws {
    let outcomes = try ExportedRuns(folder: folder).outcomes()
    outcomes.forEach { print($0.line) }
    guard outcomes.allSatisfy({ $0.trouble == nil }) else { throw ExitCode(1) }
  }
}

/// Questions about folders.
enum FolderCheck {
  static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  static func make(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else {
      throw Failure("\(path): found \(String(cString: strerror(errno))), expected a folder")
    }
  }
}
