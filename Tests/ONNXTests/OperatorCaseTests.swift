import Foundation
import ONNX
import Programs
import Serialization
import Tensors
import Testing
import Weights

/// ONNX's own cases of single operators.
@Suite struct OperatorCaseTests {
  /// How many of them were right when this was written.
  private static let least = 551

  @Test("ONNX's own cases are right, or refused by name")
  func cases() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "onnx-cases-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let made = OracleProgram.run("onnx_cases.py", [folder.path()])
    guard made.status == 0 else {
      print("skipped ONNX's own cases: \(made.output)")
      return
    }
    let names = try Self.names(in: folder)
    var refused: [String: Int] = [:]
    var right = 0
    for name in names {
      let path = folder.appending(path: name).path()
      do {
        let mistake = try OperatorCase(path).mistake()
        if let mistake { Issue.record("\(name): \(mistake)") } else { right += 1 }
      } catch let error as OnnxError {
        #expect([.unsupported, .notStatic].contains(error.code), "\(name): \(error)")
        refused["\(error.code) \(error.found.prefix(70))", default: 0] += 1
      }
    }
    print("\(made.output): \(right) right, \(refused.values.reduce(0, +)) refused")
    if ProcessInfo.processInfo.environment["ONNX_REFUSED"] != nil {
      for (reason, count) in refused.sorted(by: { $0.value > $1.value }) { print(count, reason) }
    }
    #expect(right >= Self.least)
  }

  @Test("operators of ONNX Runtime give what it gives")
  func runtimeCases() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "runtime-cases-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let made = OracleProgram.run("runtime_cases.py", [folder.path()])
    guard made.status == 0 else {
      print("skipped cases of ONNX Runtime: \(made.output)")
      return
    }
    for name in try Self.names(in: folder) {
      // Quantised operands are no axes or shapes.
      let mistake = try OperatorCase(folder.appending(path: name).path()).mistake { _ in false }
      #expect(mistake == nil, "\(name): \(mistake ?? "")")
    }
  }

  private static func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path())
      .filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
  }
}

/// One case: a model, its inputs and the outputs that it has to give.
struct OperatorCase {
  let source: OnnxSource
  let inputs: [Tensor]
  let outputs: [Tensor]

  init(_ path: String) throws {
    source = try OnnxSource(ByteFile(path: path + ".onnx"))
    let arrays = try Safetensors(path: path + ".safetensors")
    func list(_ role: String) throws -> [Tensor] {
      try (0..<arrays.names.count).compactMap { index in
        let name = "\(role)/\(index)"
        return arrays.names.contains(name) ? try arrays.tensor(name) : nil
      }
    }
    (inputs, outputs) = (try list("input"), try list("output"))
  }

  /// The first difference, or nil.
  ///
  /// Whole numbers are taken to be known, as axes and shapes have to be; where that is not enough all
  /// inputs are.
  func mistake() throws -> String? {
    do { return try mistake { !$0.dtype.isFloating } } catch let error as OnnxError
      where error.code == .notStatic
    { return try mistake { _ in true } }
  }

  func mistake(isKnown: (Tensor) -> Bool) throws -> String? {
    let results = try GraphEvaluation.run(source, inputs, isKnown: isKnown)
    for (index, pair) in zip(results, outputs).enumerated() {
      let (got, want) = pair
      guard got.shape == want.shape else {
        return "output \(index): \(got.shape.shapeText) instead of \(want.shape.shapeText)"
      }
      let (a, b) = (got.doubles(), want.doubles())
      let wide = want.dtype == .float16 ? 2e-3 : 1e-5
      let largest = b.filter(\.isFinite).map(abs).max() ?? 0
      for (place, pair) in zip(a, b).enumerated() {
        if pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN) { continue }
        let error = abs(pair.0 - pair.1)
        if !(error <= wide * max(largest, 1e-3)) {
          return "output \(index) at \(place): \(pair.0) instead of \(pair.1)"
        }
      }
    }
    return results.count >= outputs.count ? nil : "\(results.count) outputs of \(outputs.count)"
  }
}
