internal import Serialization
internal import Tensors

/// The header of a safetensors file: JSON that names every tensor and says where its bytes are.
struct SafetensorsHeader {
  private(set) var entries: [Safetensors.Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// The limit of the format itself.
  static let longest = 100_000_000

  /// Reads the text between the length and the data, and checks it against the file's length.
  init(json: [UInt8], dataStart: Int, fileCount: Int, path: String) throws(WeightError) {
    let document: JSONValue
    do throws(JSONError) { document = try JSONValue.parse(json) } catch {
      throw WeightError(.badHeader, path: path, found: "the header is not valid JSON: \(error)")
    }
    guard let members = document.members else {
      throw WeightError(.badHeader, path: path, found: "the header is no JSON object")
    }
    for member in members {
      if member.name == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(member.value, path: path)
      } else {
        let entry = try SafetensorsHeader.entry(member, dataStart: dataStart, path: path)
        entries.append(entry)
      }
    }
    try checkPlaces(dataStart: dataStart, fileCount: fileCount, path: path)
  }

  private static func metadata(
    _ value: JSONValue, path: String
  ) throws(WeightError) -> [String: String] {
    var result: [String: String] = [:]
    for member in value.members ?? [] { result[member.name] = member.value.string }
    guard result.count == value.members?.count else {
      throw WeightError(
        .badHeader, path: path, found: "__metadata__ holds something that is not text",
        expected: "an object of strings")
    }
    return result
  }

  private static func entry(
    _ member: JSONValue.Member, dataStart: Int, path: String
  ) throws(WeightError) -> Safetensors.Entry {
    let place = "\(path): \(member.name)"
    guard let dtypeName = member.value["dtype"]?.string,
      let shape = extents(member.value["shape"]),
      let offsets = extents(member.value["data_offsets"])
    else {
      throw WeightError(
        .badHeader, path: place, found: "the entry is incomplete",
        expected: "a dtype, a shape and two data_offsets, all without signs or fractions")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw WeightError(
        .badOffsets, path: place, found: "data_offsets are \(offsets.shapeText)",
        expected: "a start and an end behind it")
    }
    let (end, isOver) = offsets[1].addingReportingOverflow(dataStart)
    guard !isOver else {
      throw WeightError(.badOffsets, path: place, found: "data_offsets are \(offsets.shapeText)")
    }
    let entry = Safetensors.Entry(
      name: member.name, dtypeName: dtypeName, shape: shape, range: offsets[0] + dataStart..<end)
    if let problem = shape.problemInFile {
      throw WeightError(.badHeader, path: place, found: problem)
    }
    if let elements = entry.elements {
      guard let needed = shape.checkedByteCount(elementByteCount: elements.byteCount),
        needed == entry.range.count
      else {
        throw WeightError(
          .badOffsets, path: place,
          found: "\(dtypeName) \(shape.shapeText) with data_offsets \(offsets.shapeText)",
          expected: shape.checkedByteCount(elementByteCount: elements.byteCount).map {
            "\($0) bytes"
          })
      }
    }
    return entry
  }

  private static func extents(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.array else { return nil }
    let extents = elements.compactMap(\.integer).filter { $0 >= 0 }
    return extents.count == elements.count ? extents : nil
  }

  /// Tensors must lie side by side, without gaps or overlaps, up to the last byte of the file.
  private func checkPlaces(dataStart: Int, fileCount: Int, path: String) throws(WeightError) {
    var end = dataStart
    var previous: Safetensors.Entry?
    let ordered = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in ordered {
      guard entry.range.upperBound <= fileCount else {
        throw WeightError(
          .truncated, path: path,
          found:
            "the file has \(fileCount) bytes and \(entry.name) ends at \(entry.range.upperBound)",
          suggestion: "the download or copy may be incomplete")
      }
      guard entry.range.lowerBound == end else {
        let isOverlap = entry.range.lowerBound < end
        let neighbour = previous.map { " after \($0.name)" } ?? ""
        throw WeightError(
          .badOffsets, path: "\(path): \(entry.name)",
          found:
            "its data \(isOverlap ? "overlap those of another tensor" : "leave a gap")\(neighbour)")
      }
      end = entry.range.upperBound
      previous = entry
    }
    guard end == fileCount else {
      throw WeightError(
        .badOffsets, path: path, found: "\(fileCount - end) bytes at the end belong to no tensor")
    }
  }
}
