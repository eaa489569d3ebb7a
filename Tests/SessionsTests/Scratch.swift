import Datasets
import Foundation
import Serialization
import Sessions
import Testing

/// A folder of its own for one test, removed behind it.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sessions-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file inside.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], _ name: String) throws {
    try AtomicFile.write(bytes, to: file(name))
  }

  func bytes(_ name: String) throws -> [UInt8] { try ByteFile(path: file(name)).readAll() }

  /// A workspace whose relative paths start here, or in a folder inside; it writes no journal, and what the
  /// user agrees to is remembered in `state`.
  @discardableResult
  func workspace(_ lines: [String] = [], in folder: String? = nil) throws -> Workspace {
    let workspace = Workspace(
      keepsJournal: false, folder: folder.map(file) ?? path,
      agreements: Agreements(directory: file("state")))
    try workspace.performAll(lines)
    return workspace
  }
}

extension Workspace {
  /// Performs lines that must succeed; gives what the last one said.
  @discardableResult
  func performAll(
    _ lines: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    var last: [String] = []
    for line in lines.flatMap({ ScriptLines.cut($0) }) {
      let outcome = perform(line)
      try #require(
        outcome.status == 0, "\(line): \(outcome.error.map { "\($0)" } ?? "")",
        sourceLocation: sourceLocation)
      last = outcome.lines
    }
    return last
  }

  /// Performs a line that must fail; gives the message.
  func refusal(of line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String
  {
    let outcome = perform(line)
    return
      "\(try #require(outcome.error, "\(line) was carried out", sourceLocation: sourceLocation))"
  }

  /// What was recorded, as a file holds it.
  var recording: SessionFile {
    guard let file = session.recorder?.file else { preconditionFailure("Every workspace records.") }
    return file
  }
}

/// A small causal stack and an input for it.
enum Small {
  static let stack =
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), Relu(), "
    + "LSTM(units: 3, name: \"lstm\"), Dense(features: 2, name: \"out\")])"
  static let input = "input noise --channels 3 --lengths 12,7 --seed 3"
  /// Lookahead, a change of rate and a reverse-causal kernel: latency of every kind.
  static let late =
    "stack Serial([Lookahead(length: 2, name: \"look\"), Downsample1D(rate: 2, name: \"down\"), "
    + "Conv1D(filters: 2, kernelSize: 3, padding: .reverseCausal, name: \"c\")])"
  /// A model of bytes that needs no training to be decoded from.
  static let bytes =
    "stack Serial([Embedding(dimension: 8, numEmbeddings: 256, name: \"e\"), "
    + "LSTM(units: 8, name: \"lstm\"), Dense(features: 256, name: \"logits\")])"
}
