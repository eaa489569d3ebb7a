import Tensors

/// A part of a FlatBuffer that others point to.
enum FlatItem {
  /// Fields by their number in the schema.
  case table([Int: FlatField])
  case text(String)
  /// `[int]`.
  case numbers([Int])
  /// `[float]`.
  case floats([Float])
  /// `[long]`, aligned to 8 bytes.
  case longs([Int64])
  /// `[ubyte]`, aligned to 16 bytes.
  case bytes(ByteStream)
  /// A vector of tables or texts.
  case list([FlatItem])
}

/// A field of a FlatBuffer table.
enum FlatField {
  case byte(Int)
  case bool(Bool)
  case int(Int)
  case float(Float)
  case item(FlatItem)

  fileprivate var size: Int {
    switch self {
    case .byte, .bool: 1
    case .int, .float, .item: 4
    }
  }
}

/// Writes FlatBuffers in one pass from front to back: a table right behind its vtable, then its children,
/// so that every offset points forward.
///
/// - Source: the FlatBuffers internals page, "Format Example".
struct FlatBufferWriter {
  private var stream = ByteStream()

  /// The file of a root table.
  static func file(_ root: [Int: FlatField], identifier: String) -> ByteStream {
    var writer = FlatBufferWriter()
    writer.stream.append(zeros: 4)
    writer.stream.append(Array(identifier.utf8))
    writer.write(root, for: Reference(place: 0, position: 0))
    writer.align(16)
    return writer.stream
  }

  /// An offset to be patched: where it stands among the bytes, and in the file.
  private struct Reference {
    var place: Int
    var position: Int
  }

  private var here: Reference { Reference(place: stream.bytes.count, position: stream.count) }

  /// Zeros until what is written `ahead` bytes from here is aligned.
  private mutating func align(_ width: Int, ahead: Int = 0) {
    while (stream.count + ahead) % width != 0 { stream.append(0) }
  }

  /// Makes an offset point here.
  private mutating func patch(_ reference: Reference) {
    stream.patch(UInt32(stream.count - reference.position), at: reference.place)
  }

  private mutating func write(_ item: FlatItem, for reference: Reference) {
    switch item {
    case .table(let fields): write(fields, for: reference)
    case .text(let text):
      align(4)
      patch(reference)
      let bytes = Array(text.utf8)
      stream.append(number: UInt32(bytes.count))
      stream.append(bytes + [0])
    case .numbers(let numbers):
      align(4)
      patch(reference)
      stream.append(number: UInt32(numbers.count))
      for number in numbers { stream.append(number: Int32(truncatingIfNeeded: number)) }
    case .floats(let numbers):
      align(4)
      patch(reference)
      stream.append(number: UInt32(numbers.count))
      for number in numbers { stream.append(number: number.bitPattern) }
    case .longs(let numbers):
      align(4)
      align(8, ahead: 4)
      patch(reference)
      stream.append(number: UInt32(numbers.count))
      for number in numbers { stream.append(number: number) }
    case .bytes(let bytes):
      align(16, ahead: 4)
      patch(reference)
      stream.append(number: UInt32(bytes.count))
      stream.append(bytes)
    case .list(let items):
      align(4)
      patch(reference)
      stream.append(number: UInt32(items.count))
      let first = here
      stream.append(zeros: 4 * items.count)
      for (index, child) in items.enumerated() {
        write(
          child,
          for: Reference(place: first.place + 4 * index, position: first.position + 4 * index))
      }
    }
  }

  private mutating func write(_ fields: [Int: FlatField], for reference: Reference) {
    let ids = fields.keys.sorted()
    // Widest fields first, each aligned to its size, behind the distance to the vtable.
    let order = ids.sorted { (fields[$1]?.size ?? 0, $0) < (fields[$0]?.size ?? 0, $1) }
    var offsets: [Int: Int] = [:]
    var size = 4
    for id in order {
      let width = fields[id]?.size ?? 1
      size = (size + width - 1) / width * width
      offsets[id] = size
      size += width
    }
    let slots = (ids.last ?? -1) + 1
    let tableOffset = 4 + 2 * slots
    align(4, ahead: tableOffset)
    stream.append(number: UInt16(tableOffset))
    stream.append(number: UInt16(size))
    for id in 0..<slots { stream.append(number: UInt16(offsets[id] ?? 0)) }
    patch(reference)
    let start = here
    stream.append(number: Int32(tableOffset))
    stream.append(zeros: size - 4)
    var children: [(Reference, FlatItem)] = []
    for id in ids {
      guard let field = fields[id], let offset = offsets[id] else { continue }
      let place = start.place + offset
      switch field {
      case .byte(let value): stream.patch(Int8(truncatingIfNeeded: value), at: place)
      case .bool(let value): stream.patch(UInt8(value ? 1 : 0), at: place)
      case .int(let value): stream.patch(Int32(truncatingIfNeeded: value), at: place)
      case .float(let value): stream.patch(value.bitPattern, at: place)
      case .item(let item):
        children.append((Reference(place: place, position: start.position + offset), item))
      }
    }
    for (reference, item) in children { write(item, for: reference) }
  }
}
