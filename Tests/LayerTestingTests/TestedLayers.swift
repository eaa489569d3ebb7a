import Foundation
import LayerTesting
import Layers
import Runtime
import Tensors

/// A table of cases that came out empty, so that a test would pass without having checked anything.
struct NothingToCheck: Error, CustomStringConvertible {
  let description: String
}

/// The layers whose random configs are tested.
///
/// Whoever goes through them gets at least one case of each, or an error.
enum TestedLayers {
  /// Layers that need a company which a generator of single layers cannot give.
  static let lonely: Set<String> = [
    "EmbeddingTranspose",  // an Embedding in the same stack
    "Lambda",  // a function in Swift
  ]

  /// Layers that need the whole sequence in every config that the generator makes.
  static let wholeOnly: Set<String> = [
    "Bidirectional", "GlobalEinopsRearrange", "GlobalReshape", "InstanceNormalization",
    "ReverseSequence", "SqueezeTime",
  ]

  /// All layers that can be made alone, but for some; or the one that is chosen.
  static func names(
    choosing chosen: String? = nil, without others: Set<String> = []
  ) throws -> [String] {
    let all = LayerRegistry.builtIn.entries.map(\.table.message)
      .filter { !lonely.contains($0) && !others.contains($0) }
    guard let chosen else { return all }
    guard all.contains(chosen) else { throw NothingToCheck(description: "no layer \(chosen)") }
    return [chosen]
  }

  /// Some random cases of a layer that are wanted, from the first seeds that give one.
  static func cases(
    of name: String, count: Int, precision: DType = .float32,
    where isWanted: (RandomCase) -> Bool = { _ in true }
  ) throws -> [RandomCase] {
    let entry = try LayerRegistry.builtIn.describe(name)
    var found: [RandomCase] = []
    for seed in 1...60 where found.count < count {
      var cases = RandomCases(seed: UInt64(seed))
      if let made = cases.single(entry, precision: precision), isWanted(made) { found.append(made) }
    }
    guard found.count == count else {
      throw NothingToCheck(description: "\(found.count) of \(count) cases of \(name)")
    }
    return found
  }
}

/// The committed conformance cases, made by `Tests/Oracles/make_conformance_cases.py`.
enum ConformanceFixture {
  static let folder: String = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appending(path: "Fixtures/conformance").path(percentEncoded: false)
  }()

  /// The names in the manifest.
  static func names() throws -> [String] {
    let names = try ConformanceSet(folder: folder).names
    guard !names.isEmpty else { throw NothingToCheck(description: "no case in \(folder)") }
    return names
  }

  /// What stands before the slash in the names.
  static func families() throws -> [String] {
    Set(try names().map { String($0.prefix { $0 != "/" }) }).sorted()
  }
}
