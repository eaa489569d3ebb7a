import Foundation

/// The targets that Package.swift declares, read from its text: the only table of who imports whom.
struct PackageManifest {
  /// One declared target.
  struct Target {
    let name: String
    /// The folder of its sources, such as `Sources/Tensors`.
    let path: String
    /// The modules of the targets and products that it declares to depend on.
    let dependencies: Set<String>
    let isExecutable: Bool
  }

  let targets: [Target]

  /// The manifest of this package.
  static let package: PackageManifest = {
    PackageManifest(text: SourceTree.text(of: "Package.swift"))
  }()

  /// Reads the calls that declare targets, in the list that follows `targets:` of the package.
  init(text: String) {
    let code = text.replacing(/\/\/[^\n]*/, with: "")
    guard let start = code.firstRange(of: /\n  targets: \[/) else {
      targets = []
      return
    }
    let list = code[start.upperBound...]
    let heads = list.matches(of: /(library|tests|\.target|\.executableTarget|\.testTarget)\(/)
    targets = heads.compactMap { head in
      let call = Self.balanced(list[head.range.upperBound...])
      return Self.target(kind: String(head.output.1), call: call)
    }
  }

  private static func target(kind: String, call: Substring) -> Target? {
    guard let name = call.firstMatch(of: /"([^"]+)"/)?.output.1 else { return nil }
    let isPositional = kind == "library" || kind == "tests"
    let label = isPositional ? call.startIndex : call.firstRange(of: "dependencies:")?.upperBound
    let list = label.flatMap { call[$0...].firstIndex(of: "[") }
      .map { balanced(call[call.index(after: $0)...]) }
    let products = (list ?? "").replacing(/\.product\(name: "([^"]+)"[^)]*\)/) {
      "\"\($0.output.1)\""
    }
    let folder = kind == "tests" || kind == ".testTarget" ? "Tests" : "Sources"
    let path = call.firstMatch(of: /path: "([^"]+)"/)?.output.1
    return Target(
      name: String(name), path: path.map(String.init) ?? "\(folder)/\(name)",
      dependencies: Set(products.matches(of: /"([^"]+)"/).map { String($0.output.1) }),
      isExecutable: kind == ".executableTarget")
  }

  /// The text up to the bracket that closes the one before it.
  private static func balanced(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
      if "([".contains(text[index]) { depth += 1 }
      if ")]".contains(text[index]) { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }
}
