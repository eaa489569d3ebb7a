import Serialization

/// The index of tensors that lie in several safetensors files: which file has which tensor.
///
/// - Source: `model.safetensors.index.json`, as Hugging Face writes it.
struct SafetensorsIndex {
  /// The tensors with the names of their files, in the order of the index.
  let places: [(tensor: String, file: String)]

  init(_ file: ByteFile) throws {
    let document: JSONValue
    do { document = try JSONValue.parse(try file.readAll()) } catch let error as JSONError {
      throw WeightError(
        .badHeader, path: file.path, found: "the index is not valid JSON: \(error)")
    }
    guard let members = document["weight_map"]?.members else {
      throw WeightError(
        .badHeader, path: file.path, found: "the index has no weight_map",
        expected: "an object that names the file of each tensor")
    }
    places = try members.map { member in
      guard let name = member.value.string, !name.isEmpty, !name.contains("/"), name != ".." else {
        throw WeightError(
          .badHeader, path: "\(file.path): \(member.name)",
          found: "its file is \(member.value.text())",
          expected: "the name of a file beside the index")
      }
      return (member.name, name)
    }
  }

  /// The names of the files, each once.
  var files: [String] {
    var seen: Set<String> = []
    return places.map(\.file).filter { seen.insert($0).inserted }
  }
}
