import Tensors
import Weights

// Arrays, and what is said of values.
extension ModelReader {
  func tensor(_ start: WireReader) throws -> OnnxTensor {
    var reader = start
    var tensor = OnnxTensor()
    var external: [String: String] = [:]
    var isExternal = false
    while let (field, payload) = try reader.next() {
      switch (field, payload) {
      case (1, _): tensor.shape += try numbers(reader, payload).map { Int(truncatingIfNeeded: $0) }
      case (2, .number(let number)): tensor.elementType = Int(truncatingIfNeeded: number)
      case (4, _): try add(try numbers(reader, payload, width: 4), isFloat: true, to: &tensor)
      case (10, _): try add(try numbers(reader, payload, width: 8), isFloat: true, to: &tensor)
      case (5, _), (7, _), (11, _):
        try add(try numbers(reader, payload), isFloat: false, to: &tensor)
      case (8, .bytes(let part)): tensor.name = try reader.string(part)
      case (9, .bytes(let part)): tensor.data = .slice(part)
      case (13, .bytes(let part)):
        let (key, value) = try pair(reader.inside(part))
        external[key] = value
      case (14, .number(let place)): isExternal = place == 1
      default: break
      }
    }
    if isExternal {
      tensor.data = .external(
        file: external["location"] ?? "", offset: external["offset"].flatMap { Int($0) } ?? 0,
        length: external["length"].flatMap { Int($0) })
    }
    return tensor
  }

  private func add(_ more: [UInt64], isFloat: Bool, to tensor: inout OnnxTensor) throws {
    if case .numbers(let known, _) = tensor.data {
      tensor.data = .numbers(known + more, isFloat: isFloat)
    }
  }

  func valueInfo(_ start: WireReader) throws -> OnnxValueInfo {
    var reader = start
    var info = OnnxValueInfo()
    while let (field, payload) = try reader.next() {
      guard case .bytes(let part) = payload else { continue }
      if field == 1 { info.name = try reader.string(part) }
      if field == 2 { try readType(reader.inside(part), into: &info) }
    }
    return info
  }

  private func readType(_ start: WireReader, into info: inout OnnxValueInfo) throws {
    var reader = start
    while let (field, payload) = try reader.next() {
      guard field == 1, case .bytes(let part) = payload else { continue }
      var type = try reader.inside(part)
      while let (field, payload) = try type.next() {
        switch (field, payload) {
        case (1, .number(let number)): info.elementType = Int(truncatingIfNeeded: number)
        case (2, .bytes(let part)): info.shape = try shape(type.inside(part))
        default: break
        }
      }
    }
  }

  func shape(_ start: WireReader) throws -> [OnnxValueInfo.Extent] {
    var reader = start
    var extents: [OnnxValueInfo.Extent] = []
    while let (field, payload) = try reader.next() {
      guard field == 1, case .bytes(let part) = payload else { continue }
      var extent = OnnxValueInfo.Extent.free("")
      var dimension = try reader.inside(part)
      while let (field, payload) = try dimension.next() {
        switch (field, payload) {
        case (1, .number(let number)):
          // Some exporters write 0 or -1 for an extent that is free.
          let value = Int(truncatingIfNeeded: number)
          extent = value > 0 ? .fixed(value) : .free("")
        case (2, .bytes(let part)): extent = .free(try dimension.string(part))
        default: break
        }
      }
      extents.append(extent)
    }
    return extents
  }

  /// Numbers of a repeated field, packed or one by one; `width` bytes each, or varints.
  func numbers(
    _ reader: WireReader, _ payload: WireReader.Payload, width: Int? = nil
  ) throws -> [UInt64] {
    switch payload {
    case .number(let number): return [number]
    case .bytes(let part):
      // Eight bytes are taken for every byte of the file, so the file bounds the memory.
      try MemoryBudget.standard.require(Rational.product(part.count, 8), for: "its numbers")
      var packed = try reader.inside(part)
      var result: [UInt64] = []
      while !packed.range.isEmpty {
        result.append(try width.map { try packed.fixed($0) } ?? packed.varint())
      }
      return result
    }
  }
}
