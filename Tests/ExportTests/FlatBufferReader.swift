/// Reads FlatBuffers and checks what a verifier checks: that every offset stays inside, and that tables,
/// vectors and texts are aligned and whole.
struct FlatBufferReader {
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  let bytes: [UInt8]

  func number<Number: FixedWidthInteger>(_ type: Number.Type, at place: Int) throws -> Number {
    let size = MemoryLayout<Number>.size
    guard place >= 0, place + size <= bytes.count else {
      throw Problem(description: "byte \(place) of \(bytes.count)")
    }
    guard place % size == 0 else { throw Problem(description: "byte \(place) is not aligned") }
    return (0..<size).reduce(0) { $0 | Number(truncatingIfNeeded: bytes[place + $1]) << (8 * $1) }
  }

  /// What the offset at a place points to.
  func target(at place: Int) throws -> Int { place + Int(try number(UInt32.self, at: place)) }

  var root: Table {
    get throws { try Table(reader: self, place: try target(at: 0)) }
  }

  struct Table {
    let reader: FlatBufferReader
    let place: Int
    private let vtable: Int
    private let slots: Int

    init(reader: FlatBufferReader, place: Int) throws {
      self.reader = reader
      self.place = place
      vtable = place - Int(try reader.number(Int32.self, at: place))
      slots = (Int(try reader.number(UInt16.self, at: vtable)) - 4) / 2
      let size = Int(try reader.number(UInt16.self, at: vtable + 2))
      guard place + size <= reader.bytes.count else { throw Problem(description: "a cut table") }
    }

    /// Where a field stands; nil where it is left out.
    private func field(_ id: Int) throws -> Int? {
      guard id < slots else { return nil }
      let offset = Int(try reader.number(UInt16.self, at: vtable + 4 + 2 * id))
      return offset == 0 ? nil : place + offset
    }

    func int(_ id: Int) throws -> Int {
      try field(id).map { Int(try reader.number(Int32.self, at: $0)) } ?? 0
    }

    func byte(_ id: Int) throws -> Int {
      try field(id).map { Int(try reader.number(Int8.self, at: $0)) } ?? 0
    }

    func text(_ id: Int) throws -> String {
      guard let place = try field(id).map({ try reader.target(at: $0) }) else { return "" }
      let count = Int(try reader.number(UInt32.self, at: place))
      guard place + 4 + count < reader.bytes.count, reader.bytes[place + 4 + count] == 0 else {
        throw Problem(description: "a text without an end")
      }
      return String(decoding: reader.bytes[(place + 4)..<(place + 4 + count)], as: UTF8.self)
    }

    func numbers(_ id: Int) throws -> [Int] {
      guard let place = try field(id).map({ try reader.target(at: $0) }) else { return [] }
      return try (0..<Int(try reader.number(UInt32.self, at: place))).map {
        Int(try reader.number(Int32.self, at: place + 4 + 4 * $0))
      }
    }

    /// The range of a vector of bytes, which is aligned to 16.
    func bytes(_ id: Int) throws -> Range<Int>? {
      guard let place = try field(id).map({ try reader.target(at: $0) }) else { return nil }
      let count = Int(try reader.number(UInt32.self, at: place))
      guard (place + 4) % 16 == 0, place + 4 + count <= reader.bytes.count else {
        throw Problem(description: "data at \(place)")
      }
      return (place + 4)..<(place + 4 + count)
    }

    func table(_ id: Int) throws -> Table? {
      try field(id).map { try Table(reader: reader, place: try reader.target(at: $0)) }
    }

    func tables(_ id: Int) throws -> [Table] {
      guard let place = try field(id).map({ try reader.target(at: $0) }) else { return [] }
      return try (0..<Int(try reader.number(UInt32.self, at: place))).map {
        try Table(reader: reader, place: try reader.target(at: place + 4 + 4 * $0))
      }
    }
  }

  /// Checks a LiteRT model: sizes of constants, and that every tensor is written once, before it is read.
  func checkModel() throws {
    let model = try root
    let buffers = try model.tables(4).map { try $0.bytes(0) }
    let operatorCount = try model.tables(1).count
    let graphs = try model.tables(2)
    let sizes = [0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 9: 1, 15: 4, 18: 2]
    for graph in graphs {
      let tensors = try graph.tables(0)
      var known: Set<Int> = [-1]
      for (index, tensor) in tensors.enumerated() {
        let (shape, buffer) = (try tensor.numbers(0), try tensor.int(2))
        guard buffer < buffers.count else { throw Problem(description: "buffer \(buffer)") }
        guard let size = sizes[try tensor.byte(1)] else { throw Problem(description: "a dtype") }
        let count = shape.reduce(size, *)
        if let data = buffers[buffer] {
          guard data.count == count else {
            throw Problem(description: "\(data.count) bytes for \(shape)")
          }
          known.insert(index)
        } else if count == 0 {
          known.insert(index)
        }
      }
      known.formUnion(try graph.numbers(1))
      for step in try graph.tables(3) {
        guard try step.int(0) < operatorCount else { throw Problem(description: "an operator") }
        guard known.isSuperset(of: try step.numbers(1)) else {
          throw Problem(description: "a tensor is read before it is written")
        }
        for output in try step.numbers(2) {
          guard output < tensors.count, known.insert(output).inserted || output < 0 else {
            throw Problem(description: "tensor \(output) is written twice")
          }
        }
      }
      guard known.isSuperset(of: try graph.numbers(2)) else {
        throw Problem(description: "an output that nothing writes")
      }
    }
    for signature in try model.tables(7) {
      guard try signature.int(4) < graphs.count, try !signature.text(2).isEmpty else {
        throw Problem(description: "a signature without a graph")
      }
    }
  }
}
