package import Layers
package import Runtime
import Serialization

/// A folder of conformance cases.
package struct ConformanceSet: Sendable {
  /// What became of a case.
  package enum Outcome: Sendable {
    /// Everything is as it should be; with the parameters that the case has under another name or in another
    /// layout, and what they are called there.
    case passed(aliases: [String: String])
    case failed([ConformanceFailure])
    /// The library does not have the layer or the option; why.
    case skipped(String)
  }

  /// The folder.
  package let folder: String
  /// The cases, as `family/case`.
  package let names: [String]

  /// Reads the manifest of a folder.
  ///
  /// - Throws: the error of the file that cannot be read.
  package init(folder: String) throws {
    self.folder = folder
    let manifest = try JSONValue.parse(try ByteFile(path: "\(folder)/manifest.json").readAll())
    names = (manifest["cases"]?.array ?? []).compactMap { $0["path"]?.string }
  }

  /// Runs one case; with `verifies` a case that breaks the contract of sequence layers fails too.
  ///
  /// What comes of one that was stopped by the options says nothing.
  package func run(
    _ name: String, verifies: Bool = false, registry: LayerRegistry = .builtIn,
    options: RunOptions = RunOptions()
  ) -> Outcome {
    let golden: GoldenCase
    do {
      golden = try GoldenCase(folder: folder, name: name, registry: registry)
    } catch let error as ConfigError where error.code == .notAvailable {
      return .skipped("\(error)")
    } catch {
      return .failed([ConformanceFailure(name: name, check: "read", detail: "\(error)")])
    }
    do {
      var (failures, aliases) = try ConformanceRun.result(of: golden, options: options)
      if verifies { failures += Self.violations(of: golden, options) }
      return failures.isEmpty ? .passed(aliases: aliases) : .failed(failures)
    } catch { return .skipped("\(error)") }
  }

  private static func violations(
    of golden: GoldenCase, _ options: RunOptions
  ) -> [ConformanceFailure] {
    func failure(_ check: String, _ detail: String) -> ConformanceFailure {
      ConformanceFailure(name: golden.name, check: "verify, \(check)", detail: detail)
    }
    do {
      guard let (model, input, constants) = try golden.model() else { return [] }
      let report = try ContractVerifier().verify(
        model, input, constants: constants, options: options)
      return report.violations.map { violation in
        let place = violation.path.isEmpty ? "" : "\(violation.path): "
        return failure(violation.check.rawValue, place + violation.detail)
      }
    } catch { return [failure("run", "\(error)")] }
  }
}
