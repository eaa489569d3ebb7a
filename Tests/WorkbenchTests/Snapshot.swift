import Foundation
import Testing

/// Compares texts with files under `Snapshots`.
///
/// A missing file is written and fails the test once, except in CI, where it only fails.
/// `UPDATE_SNAPSHOTS=1` accepts what is.
enum Snapshot {
  private enum Mode {
    case missing, never, update

    static var current: Mode {
      let environment = ProcessInfo.processInfo.environment
      if environment["UPDATE_SNAPSHOTS"] == "1" { return .update }
      return environment["CI"] == nil ? .missing : .never
    }
  }

  static func expect(
    _ text: String, matches name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
      .appendingPathComponent("Snapshots")
    let path = folder.appendingPathComponent("\(name).txt")
    let ending = text.hasSuffix("\n") ? text : text + "\n"
    let exists = FileManager.default.fileExists(atPath: path.path)
    let stored = exists ? try String(contentsOf: path, encoding: .utf8) : nil
    if stored == ending { return }
    switch (stored, Mode.current) {
    case (_, .update):
      try ending.write(to: path, atomically: true, encoding: .utf8)
    case (nil, .missing):
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try ending.write(to: path, atomically: true, encoding: .utf8)
      Issue.record(
        "snapshot \(name) was missing and is written:\n\(ending)",
        sourceLocation: sourceLocation)
    case (nil, .never):
      Issue.record("snapshot \(name) is missing:\n\(ending)", sourceLocation: sourceLocation)
    case (let stored?, _):
      let difference = difference(stored, ending)
      Issue.record(
        "snapshot \(name) differs (- stored, + now):\n\(difference)",
        sourceLocation: sourceLocation)
    }
  }

  /// The lines that differ, with their numbers.
  static func difference(_ old: String, _ new: String) -> String {
    let oldLines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let newLines = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var changes: [(line: Int, text: String)] = []
    for change in newLines.difference(from: oldLines) {
      switch change {
      case .remove(let offset, let element, _):
        changes.append((offset, "\(offset + 1) - \(element)"))
      case .insert(let offset, let element, _):
        changes.append((offset, "\(offset + 1) + \(element)"))
      }
    }
    return changes.sorted { $0.line < $1.line }.map(\.text).joined(separator: "\n")
  }
}
