import Serialization

/// What a recorder wrote about its file: JSON under the name `sequence-trace`.
///
/// `{"format": "sequence-trace 1", "kind": "layer"|"step", "blocks": [4, 4, …], "order": [names as first
/// computed], "values": {name: {"time": axis|null, "stacked": bool, "sizes": [timesteps of each
/// block]|null}}, "latency": 0, "source": "…", "states": {in: out}, "ops": {name: op},
/// "inputs": {name: [names that feed it]}}`; all but `format` may be left out.
struct TraceManifest {
  /// How one array holds what was recorded.
  struct Entry {
    /// The axis along which the blocks were joined; nil for a value without time.
    var timeAxis: Int?
    /// Whether each block has an entry of its own on a first axis.
    var isStacked = false
    /// The timesteps that each block gave.
    var sizes: [Int]?
  }

  static let name = "sequence-trace"
  static let format = "sequence-trace 1"
  /// No block is longer and no latency larger, so that sums of them can be counted.
  private static let largest = 1 << 32

  var kind: TraceKind?
  var blocks: [Int] = []
  var order: [String] = []
  var entries: [String: Entry] = [:]
  var latency: Int?
  var states: [String: String] = [:]
  var operations: [String: String] = [:]
  var inputs: [String: [String]] = [:]

  init(parsing text: String, path: String) throws(TraceError) {
    func error(_ found: String, expected: String? = nil) -> TraceError {
      TraceError(
        .manifest, path: "\(path): \(Self.name)", found: found, expected: expected,
        suggestion: "`workbench recorder torch` prints a recorder that writes it")
    }
    let document: JSONValue
    do throws(JSONError) { document = try JSONValue.parse(Array(text.utf8)) } catch let problem {
      throw error("it is not valid JSON: \(problem)")
    }
    guard let format = document["format"]?.string else {
      throw error("it does not say its format", expected: "\"format\": \"\(Self.format)\"")
    }
    guard format == Self.format else {
      throw error("the format is \"\(format)\"", expected: "\"\(Self.format)\"")
    }
    if let value = document["kind"], value != .null {
      guard let name = value.string, let known = TraceKind(rawValue: name) else {
        throw error("the kind is \(value.text())", expected: "\"layer\" or \"step\"")
      }
      kind = known
    }
    func integers(_ value: JSONValue?, _ name: String, least: Int) throws(TraceError) -> [Int]? {
      guard let value, value != .null else { return nil }
      let numbers = value.array?.compactMap(\.integer)
      guard let numbers, numbers.count == value.array?.count,
        numbers.allSatisfy({ $0 >= least && $0 <= Self.largest })
      else {
        throw error("\(name) is \(value.text())", expected: "whole numbers from \(least) on")
      }
      return numbers
    }
    blocks = try integers(document["blocks"], "blocks", least: 1) ?? []
    order = document["order"]?.array?.compactMap(\.string) ?? []
    if let value = document["latency"], value != .null {
      guard let steps = value.integer, (0...Self.largest).contains(steps) else {
        throw error("the latency is \(value.text())", expected: "a whole number from 0 on")
      }
      latency = steps
    }
    for member in document["values"]?.members ?? [] {
      var entry = Entry()
      if let axis = member.value["time"], axis != .null {
        guard let axis = axis.integer, axis >= 0 else {
          throw error("the time axis of \(member.name) is \(axis.text())", expected: "0, 1, …")
        }
        entry.timeAxis = axis
      }
      entry.isStacked = member.value["stacked"] == .bool(true)
      entry.sizes = try integers(member.value["sizes"], "sizes of \(member.name)", least: 0)
      entries[member.name] = entry
    }
    for member in document["states"]?.members ?? [] { states[member.name] = member.value.string }
    for member in document["ops"]?.members ?? [] { operations[member.name] = member.value.string }
    for member in document["inputs"]?.members ?? [] {
      inputs[member.name] = member.value.array?.compactMap(\.string)
    }
  }
}
