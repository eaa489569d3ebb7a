import ArgumentParser
import Export
import LayerTesting
import Runtime
import Sessions
import Tensors
import Weights

/// `workbench export CASES --to FORMAT`: every conformance case, with its weights and its input as the data
/// of the check.
struct ConformanceExport {
  let folder: String
  let filter: String?
  let output: String?
  let options: ExportOptions

  /// Timesteps that attention with an unlimited past keeps; more than the cases have.
  private static let cacheCapacity = 64

  func run() throws {
    let set = try ConformanceSet(folder: folder)
    let names = set.names.filter { name in filter.map { Glob($0).matches(name) } ?? true }
    let base = output ?? "conformance.\(options.target.rawValue).export"
    try FolderCheck.make(base)
    var (written, refused) = (0, 0)
    for name in names {
      do {
        let golden = try GoldenCase(folder: folder, name: name)
        guard let (model, input, constants) = try golden.model() else { continue }
        var request = ExportRequest(input: input, constants: constants, blocks: [1, 4])
        request.cacheCapacity = Self.cacheCapacity
        request.version = Version.program
        request.numerics = NumericsVersion.current
        let place = "\(base)/\(name.replacing("/", with: "__"))"
        _ = try Export.write(
          try model.exported(request), to: place, options: options, replaces: true)
        written += 1
      } catch {
        print("FAIL \(name)  \(error)")
        refused += 1
      }
    }
    print("\(written) exported, \(refused) failed")
    if refused > 0 { throw ExitCode(1) }
  }
}
