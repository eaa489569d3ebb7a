import Diagnostics
import Serialization
import Tensors
import Weights

/// An export to ONNX, run by this package's own reader of ONNX files on the data that came with it.
///
/// What `check.py` does in ONNX Runtime, without it: the files open, and give what the executor gave, up to the
/// tolerance of the manifest. Operations are evaluated plainly, one by one.
package struct ExportedRuns {
  /// What became of one function.
  package struct Outcome: Sendable {
    package var name: String
    package var runCount: Int
    /// The worst difference, as a share of the largest number of the output.
    package var worst: Double
    /// The first output beyond the tolerance; nil if there is none.
    package var trouble: String?

    /// The line that says it.
    package var line: String {
      "\(trouble == nil ? "ok  " : "FAIL") \(name): \(NumberText.counted(runCount, "run")), worst difference "
        + "\(NumberText.short(worst)) of the largest number" + (trouble.map { "; \($0)" } ?? "")
    }
  }

  private let folder: String
  private let manifest: JSONValue
  private let data: Safetensors
  private let tolerance: Double

  /// Opens an export.
  ///
  /// - Throws: ``OnnxError`` for a folder that is no export to ONNX, the error of a file that cannot be read.
  package init(folder: String) throws {
    self.folder = folder
    let path = "\(folder)/manifest.json"
    manifest = try JSONValue.parse(try ByteFile(path: path).readAll())
    guard manifest["target"]?.string == "onnx", case .number(let tolerance)? = manifest["tolerance"]
    else {
      throw OnnxError(
        .invalidConfig, path,
        found: "an export to \(manifest["target"]?.string ?? "nothing known")",
        expected: "one to onnx")
    }
    self.tolerance = tolerance
    data = try Safetensors(path: "\(folder)/check.safetensors")
  }

  /// Runs all functions.
  package func outcomes() throws -> [Outcome] {
    try (manifest["signatures"]?.array ?? []).map(outcome)
  }

  private func outcome(_ signature: JSONValue) throws -> Outcome {
    func names(_ key: String) -> [String] {
      signature[key]?.array?.compactMap { $0["name"]?.string } ?? []
    }
    let (inputs, outputs) = (names("inputs"), names("outputs"))
    let name = signature["name"]?.string ?? ""
    let source = try OnnxSource(
      try ByteFile(path: "\(folder)/\(signature["file"]?.string ?? "")"))
    var outcome = Outcome(
      name: name, runCount: signature["runs"]?.integer ?? 0, worst: 0, trouble: nil)
    let wants = try (0..<outcome.runCount).map { run in
      try outputs.indices.map { try data.tensor("\(name)/\(run)/out/\($0)") }
    }
    let peaks = outputs.indices.map { output in
      wants.flatMap { $0[output].doubles() }.filter(\.isFinite).map(abs).reduce(1e-3, max)
    }
    for run in 0..<outcome.runCount {
      var given: [String: Tensor] = [:]
      for (port, input) in inputs.enumerated() {
        given[input] = try data.tensor("\(name)/\(run)/in/\(port)")
      }
      let results = try Self.run(source, given)
      for (port, output) in outputs.enumerated() {
        let want = wants[run][port]
        guard let got = results[output], got.shape == want.shape else {
          outcome.trouble =
            outcome.trouble
            ?? "run \(run), \(output): found \(results[output].map { $0.shape.shapeText } ?? "nothing"), "
            + "expected \(want.shape.shapeText)"
          continue
        }
        let valid = Self.mask(of: output, outputs).map { wants[run][$0] }
        let gaps = Self.gaps(got, want, valid, peaks[port])
        guard let worst = gaps.max() else { continue }
        outcome.worst = max(outcome.worst, worst)
        guard worst > tolerance, outcome.trouble == nil, let place = gaps.firstIndex(of: worst)
        else {
          continue
        }
        outcome.trouble =
          "run \(run), \(output), element \(place): found \(got.double(at: place)), "
          + "expected \(want.double(at: place))"
      }
    }
    return outcome
  }

  private static func run(_ source: OnnxSource, _ given: [String: Tensor]) throws -> [String:
    Tensor]
  {
    let graph = source.model.graph
    let weights = Set(graph.initializers.map(\.name))
    let inputs = try graph.inputs.map(\.name).filter { !weights.contains($0) }.map { name in
      guard let value = given[name] else {
        throw OnnxError(
          .invalidConfig, source.path, found: "an input \(name)", expected: "one of the manifest")
      }
      return value
    }
    let results = try GraphEvaluation.run(source, inputs)
    return Dictionary(
      zip(graph.outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
  }

  /// Which output says where another is valid.
  private static func mask(of output: String, _ outputs: [String]) -> Int? {
    guard let end = output.ranges(of: "/values").first?.lowerBound else { return nil }
    return outputs.firstIndex(of: output[..<end] + "/mask")
  }

  /// How far apart elements are as a share of the largest number, 0 where they are invalid.
  private static func gaps(_ got: Tensor, _ want: Tensor, _ valid: Tensor?, _ peak: Double)
    -> [Double]
  {
    let isExact = !want.dtype.isFloating
    let flags = valid?.doubles()
    let entry = want.count / max(1, flags?.count ?? 1)
    return zip(got.doubles(), want.doubles()).enumerated().map { place, pair in
      if let flags, entry > 0, flags[place / entry] == 0 { return 0 }
      if pair.0 == pair.1 || pair.0.isNaN && pair.1.isNaN { return 0 }
      let gap = isExact ? .infinity : abs(pair.0 - pair.1) / peak
      return gap.isNaN ? .infinity : gap
    }
  }
}
