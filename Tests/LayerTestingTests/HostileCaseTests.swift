import Foundation
import LayerTesting
import Serialization
import Tensors
import Testing
import Weights

/// Conformance cases that are damaged or lie: each must fail or pass, never end the run.
///
/// `WORKBENCH_FUZZ_CASES` is the number of changes to each case; 40 without it.
@Suite struct HostileCaseTests {
  private static let fixtures = URL(filePath: ConformanceFixture.folder)

  private static let changes =
    ProcessInfo.processInfo.environment["WORKBENCH_FUZZ_CASES"].flatMap { Int($0) } ?? 40

  /// One case of each family.
  private static func names() throws -> [String] {
    let names = try ConformanceFixture.names()
    return try ConformanceFixture.families().compactMap { family in
      names.first { $0.hasPrefix("\(family)/") }
    }
  }

  /// The files of a case, changed and run.
  private func run(
    _ name: String, facts: [UInt8]? = nil, data: [UInt8]? = nil
  ) throws -> ConformanceSet.Outcome {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? manager.removeItem(at: folder) }
    let place = folder.appending(path: name)
    try manager.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try manager.copyItem(at: Self.fixtures.appending(path: name), to: place)
    if let facts { try Data(facts).write(to: place.appending(path: "case.json")) }
    if let data { try Data(data).write(to: place.appending(path: "data.safetensors")) }
    try Data("{\"cases\":[{\"path\":\"\(name)\"}]}".utf8)
      .write(to: folder.appending(path: "manifest.json"))
    return try ConformanceSet(folder: folder.path(percentEncoded: false)).run(name)
  }

  private func bytes(_ name: String, _ file: String) throws -> [UInt8] {
    try Array(Data(contentsOf: Self.fixtures.appending(path: "\(name)/\(file)")))
  }

  private func facts(_ name: String) throws -> JSONValue {
    try JSONValue.parse(bytes(name, "case.json"))
  }

  @Test(
    "a case that contradicts itself fails, and says where",
    arguments: [
      ("logical_dtypes", #"{"input.values":"complex64"}"#, "float32 with a last axis of 2"),
      ("logical_dtypes", #"{"input.values":"float31"}"#, "the logical dtype float31"),
      ("receptive_field", "[1,0]", "the case has [1,0], expected its two ends in order"),
      ("receptive_field", "[-1e300,1e300]", "1e+300"),
    ])
  func contradictions(fact: String, value: String, message: String) throws {
    let name = try #require(try Self.names().first { $0.hasPrefix("dense/") })
    let lie = try JSONValue.parse(Array(value.utf8))
    let members = try #require(try facts(name).members).filter { $0.name != fact }
    let changed = JSONValue.object(members + [JSONValue.Member(fact, lie)])
    guard case .failed(let failures) = try run(name, facts: Array(changed.text().utf8)) else {
      Issue.record("not failed")
      return
    }
    #expect(failures.contains { $0.detail.contains(message) }, "\(failures)")
  }

  @Test(
    "cases outside the folder of the manifest are not read",
    arguments: ["../dense/a", "/etc", "dense/../../a", "dense//a", "./a", ""])
  func outside(name: String) {
    let folder = Self.fixtures.path(percentEncoded: false)
    let error = #expect(throws: WeightError.self) { try GoldenCase(folder: folder, name: name) }
    #expect(error?.found.contains("the case \"\(name)\"") == true)
  }

  @Test("facts that lie end no run", arguments: try names())
  func lies(name: String) throws {
    let lies: [JSONValue] = [
      .integer(-1), .integer(0), .integer(.max), .number(1e300), .number(-0.5),
      .string("complex64"),
      .string("inf"), .null, .array([]), .object([]), .array([.integer(1), .integer(0)]),
    ]
    let document = try facts(name)
    var random = RandomStream(seed: 5, name: name)
    for _ in 0..<Self.changes {
      let place = Int.random(in: 0..<document.leafCount, using: &random)
      let lie = lies[Int.random(in: lies.indices, using: &random)]
      _ = try run(name, facts: Array(document.replacing(leaf: place, with: lie).text().utf8))
    }
  }

  @Test("data of other shapes and numbers end no run", arguments: try names())
  func strangeData(name: String) throws {
    let file = try Safetensors(bytes: bytes(name, "data.safetensors"))
    let tensors = try file.names.map { (name: $0, tensor: try file.tensor($0)) }
    var random = RandomStream(seed: 6, name: name)
    #expect(!tensors.isEmpty)
    for _ in 0..<Self.changes where !tensors.isEmpty {
      var changed = tensors
      let place = Int.random(in: tensors.indices, using: &random)
      changed[place].tensor = strange(tensors[place].tensor, &random)
      _ = try run(name, data: Safetensors.encoded(changed))
    }
  }

  /// The tensor with another shape, dtype, or numbers that nothing computes.
  private func strange(_ tensor: Tensor, _ random: inout RandomStream) -> Tensor {
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      return Tensor(tensor.shape.isEmpty ? [Float(1)] : [], shape: [tensor.shape.isEmpty ? 1 : 0])
    case 1: return tensor.reshaped([1] + tensor.shape)
    case 2: return tensor.reshaped([tensor.count])
    case 3: return tensor.converted(to: .int32)
    case 4: return Tensor(repeating: .nan, shape: tensor.shape, tensor.dtype)
    default: return Tensor(repeating: 3e38, shape: tensor.shape, tensor.dtype)
    }
  }
}

extension JSONValue {
  /// The number of values that hold no others.
  fileprivate var leafCount: Int {
    switch self {
    case .array(let elements): max(1, elements.reduce(0) { $0 + $1.leafCount })
    case .object(let members): max(1, members.reduce(0) { $0 + $1.value.leafCount })
    case .null, .bool, .integer, .number, .string: 1
    }
  }

  /// The document with another value in place of a leaf.
  fileprivate func replacing(leaf place: Int, with lie: JSONValue) -> JSONValue {
    var rest = place
    func child(_ value: JSONValue) -> JSONValue {
      defer { rest -= value.leafCount }
      return (0..<value.leafCount).contains(rest) ? value.replacing(leaf: rest, with: lie) : value
    }
    switch self {
    case .array(let elements) where !elements.isEmpty: return .array(elements.map(child))
    case .object(let members) where !members.isEmpty:
      return .object(members.map { Member($0.name, child($0.value)) })
    case .null, .bool, .integer, .number, .string, .array, .object: return lie
    }
  }
}
