import Datasets
import Layers
import Runtime
import Serialization
import Sessions
import Tensors
import Testing
import Weights

/// An error of no type that the package knows.
private struct StrangeError: Error {
  let reason = "found * where /dev/zero was"
}

/// An error and the code that it is shown under.
private struct KnownError: Sendable, CustomTestStringConvertible {
  let code: CommandErrorCode
  let error: any Error
  var testDescription: String { "\(error)" }

  init(_ code: CommandErrorCode, _ error: any Error) { (self.code, self.error) = (code, error) }
}

/// Errors are told by type and code, and what nobody knows is the program's fault.
@Suite struct ErrorCodeTests {
  private static func layerError(_ code: LayerErrorCode) -> LayerError {
    LayerError(code, layer: "Dense", found: "a", expected: "b")
  }

  private static let known: [KnownError] = [
    KnownError(.notReady, CommandError(.notReady, found: "no input")),
    KnownError(.invalidStack, layerError(.invalidInput)),
    KnownError(.invalidStack, layerError(.latencyMismatch())),
    KnownError(.cancelled, layerError(.cancelled)),
    KnownError(.invalidStack, ConfigError(.syntax, found: "found *", expected: "a value")),
    KnownError(.unknownLayer, ConfigError(.unknownLayer, found: "Dens", expected: "a layer")),
    KnownError(.invalidOperand, RuntimeError(.invalidInput, found: "a", expected: "b")),
    KnownError(.cancelled, RuntimeError(.cancelled, found: "a", expected: "b")),
    KnownError(.file, FileError(.notFound, path: "a.wav")),
    KnownError(.cancelled, FileError(.stopped, path: "a.wav")),
    KnownError(.file, DatasetError(.malformed, path: "a.wav", found: "b")),
    KnownError(.invalidOperand, DatasetError(.badSignal, path: "sine", found: "b")),
    KnownError(.file, WeightError(.badHeader, path: "a", found: "b")),
    KnownError(.invalidOperand, WeightError(.mismatch, path: "a", found: "b")),
    KnownError(.memory, MemoryError(what: "a", byteCount: 9, budget: .standard)),
  ]

  @Test("an error keeps its message, under the code of its case", arguments: known)
  private func codes(_ known: KnownError) {
    let shown = CommandError(known.error)
    #expect(shown.code == known.code)
    #expect("\(shown)" == "\(known.error)" || shown.code == .cancelled)
  }

  private static let strange: [KnownError] = [
    KnownError(.programFault, StrangeError()), KnownError(.programFault, CancellationError()),
    KnownError(.programFault, RuntimeError(.invalidState, found: "a", expected: "b")),
  ]

  @Test("an error of no known case is a fault of the program, whatever it says", arguments: strange)
  private func unknown(_ unknown: KnownError) {
    let shown = CommandError(unknown.error)
    #expect(shown.code == unknown.code)
    let kind = type(of: unknown.error)
    #expect(shown.found == "a fault of the program, \(kind): \(unknown.error)")
    #expect(shown.suggestion?.contains("report it") == true)
  }

  @Test(
    "where only literals are read, operators and names say so",
    arguments: [
      "stack Dense(features: 2 * 3)", "stack Dense(features: n)",
      "stack Dense(features: 4) + Relu()",
      "stack Dense(features: 6 / 2)", "stack dense { features: 2 - 1 }",
    ])
  func expressions(_ line: String) throws {
    let message = try Scratch().workspace().refusal(of: line)
    #expect(message.contains("only literals are read: no arithmetic and no variables"))
  }

  @Test("other mistakes are not taken for arithmetic, whatever they hold")
  func noExpressions() throws {
    let message = try Scratch().workspace().refusal(of: "stack Dense(features: \"found *\")")
    #expect(!message.contains("arithmetic"))
  }
}
