import Foundation
import Testing

/// One Swift file of the package, for rules about its text.
struct SourceFile: Sendable, CustomTestStringConvertible {
  /// The path from the package's folder, such as `Sources/Tensors/Shape.swift`.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The folder below `Sources` or `Tests`.
  var target: String { String(path.split(separator: "/")[1]) }
  var isGenerated: Bool { path.hasSuffix(".pb.swift") || path.contains("/Generated/") }
  var isSource: Bool { path.hasPrefix("Sources/") }

  /// The lines of code with their numbers from 1: comments, and what follows `//`, left out.
  var code: [(number: Int, text: String)] {
    lines.enumerated().compactMap { index, line in
      let text = line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
      return text.allSatisfy(\.isWhitespace) ? nil : (index + 1, text)
    }
  }

  /// The modules that it imports.
  var imports: [String] {
    let form = /^(@\w+ )*((public|package|internal|private|fileprivate) )?import (\w+)\s*$/
    return code.compactMap { _, text in text.firstMatch(of: form).map { String($0.output.4) } }
  }

  var testDescription: String { path }
}

/// The files of the package.
enum SourceTree {
  static let root: URL = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let files: [SourceFile] = ["Sources", "Tests"].flatMap(swiftFiles)
  static let sources: [SourceFile] = files.filter { $0.isSource && !$0.isGenerated }

  private static func swiftFiles(_ folder: String) -> [SourceFile] {
    let base = root.appending(path: folder)
    guard let walk = FileManager.default.enumerator(atPath: base.path()) else {
      preconditionFailure("\(base.path()) cannot be listed.")
    }
    let names = walk.compactMap { $0 as? String }
      .filter { $0.hasSuffix(".swift") && !$0.contains(".build/") }
    return names.sorted().map { name in
      SourceFile(path: "\(folder)/\(name)", text: text(of: "\(folder)/\(name)"))
    }
  }

  /// The text of a file of the package: rules about files that cannot be read would hold for all.
  static func text(of path: String) -> String {
    guard let data = FileManager.default.contents(atPath: root.appending(path: path).path()) else {
      preconditionFailure("\(path) cannot be read.")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
