/// A value that a pickle describes, of the kinds that state dictionaries consist of.
indirect enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case tuple([PickleValue])
  case list(PickleList)
  case dictionary(PickleDictionary)
  /// A class or function, by module and name; one of ``Pickle/allowed``.
  case global(String)
  /// The elements of tensors: their type, the name of the member that holds them, and how many there are.
  case storage(type: String, key: String, count: Int)
  /// A view of a storage.
  case tensor(PickleTensor)
}

/// A list that is still being filled.
final class PickleList { var values: [PickleValue] = [] }

/// A dictionary that is still being filled, in its order.
final class PickleDictionary { var members: [(key: PickleValue, value: PickleValue)] = [] }

/// A tensor as a view of stored elements.
struct PickleTensor {
  var storage: (type: String, key: String, count: Int)
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// Reads a pickle without carrying anything out.
///
/// A pickle is a program for a machine that can call any function. This one has the operations that
/// state dictionaries need, and of functions only those that make ordered dictionaries and tensors; all
/// else is refused by name.
///
/// - Source: CPython's Lib/pickletools.py, protocols 2 to 5.
struct Pickle {
  /// The classes and functions that may be named.
  static let allowed: Set<String> = [
    "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_parameter", "torch.Size",
    "torch.FloatStorage", "torch.DoubleStorage", "torch.HalfStorage", "torch.BFloat16Storage",
    "torch.LongStorage", "torch.IntStorage", "torch.ShortStorage", "torch.CharStorage",
    "torch.ByteStorage", "torch.BoolStorage",
  ]

  private let bytes: [UInt8]
  private let path: String
  private var place = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// The value of a pickle.
  ///
  /// - Throws: ``DatasetError`` `.unsupported` naming what is not allowed, or `.malformed`.
  static func read(_ bytes: [UInt8], path: String) throws -> PickleValue {
    var pickle = Pickle(bytes, path)
    return try pickle.run()
  }

  private init(_ bytes: [UInt8], _ path: String) { (self.bytes, self.path) = (bytes, path) }

  private mutating func run() throws -> PickleValue {
    while true {
      let code = try byte()
      if code == UInt8(ascii: ".") { return try pop() }
      // Every operation takes a byte of the file, so the file bounds stack and memo.
      if try pushed(code) || changed(code) { continue }
      throw unsupported("the operation 0x\(String(code, radix: 16)) of pickles")
    }
  }

  /// Operations that put a value on the stack.
  private mutating func pushed(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.int(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.int(try number(2)))
    case UInt8(ascii: "J"): stack.append(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
    case 0x8A: stack.append(.int(try long()))
    case UInt8(ascii: "G"): stack.append(.float(try double()))
    case UInt8(ascii: "X"): stack.append(.text(try text(try number(4))))
    case 0x8C: stack.append(.text(try text(Int(try byte()))))
    case 0x8D: stack.append(.text(try text(try number(8))))
    case UInt8(ascii: "U"): stack.append(.text(try text(Int(try byte()))))
    case UInt8(ascii: "}"): stack.append(.dictionary(PickleDictionary()))
    case UInt8(ascii: "]"): stack.append(.list(PickleList()))
    case UInt8(ascii: ")"): stack.append(.tuple([]))
    case UInt8(ascii: "h"): stack.append(try recalled(Int(try byte())))
    case UInt8(ascii: "j"): stack.append(try recalled(try number(4)))
    case UInt8(ascii: "c"):
      let module = try line()
      stack.append(try global(module, try line()))
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw malformed("a class without a name")
      }
      stack.append(try global(module, name))
    default: return false
    }
    return true
  }

  /// Operations that change what is on the stack.
  private mutating func changed(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x80:
      let version = try byte()
      guard (2...5).contains(version) else { throw unsupported("protocol \(version) of pickles") }
    case 0x95: _ = try number(8)
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[try number(4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "t"): stack.append(.tuple(try popMarked()))
    case 0x85: stack.append(.tuple(try pop(1)))
    case 0x86: stack.append(.tuple(try pop(2)))
    case 0x87: stack.append(.tuple(try pop(3)))
    case UInt8(ascii: "a"):
      let value = try pop()
      try list().values.append(value)
    case UInt8(ascii: "e"):
      let values = try popMarked()
      try list().values += values
    case UInt8(ascii: "s"):
      let pair = try pop(2)
      try dictionary().members.append((pair[0], pair[1]))
    case UInt8(ascii: "u"):
      let values = try popMarked()
      guard values.count.isMultiple(of: 2) else { throw malformed("a key without a value") }
      let target = try dictionary()
      for index in stride(from: 0, to: values.count, by: 2) {
        target.members.append((values[index], values[index + 1]))
      }
    // What an ordered dictionary is given besides its members is of no use.
    case UInt8(ascii: "b"): _ = try pop()
    case UInt8(ascii: "Q"): stack.append(try persistent(try pop()))
    case UInt8(ascii: "R"):
      let arguments = try pop()
      stack.append(try called(try pop(), arguments))
    default: return false
    }
    return true
  }

  // MARK: - Calls that are allowed

  private func global(_ module: String, _ name: String) throws -> PickleValue {
    let full = "\(module).\(name)"
    guard Self.allowed.contains(full) else {
      throw DatasetError(
        .unsupported, path: path, found: "the pickle wants to call \(full)",
        expected: "a state dictionary: tensors by name",
        suggestion: "save one where the model runs: torch.save(model.state_dict(), FILE)")
    }
    return .global(full)
  }

  /// `('storage', type, key, device, count)`.
  private func persistent(_ value: PickleValue) throws -> PickleValue {
    guard case .tuple(let parts) = value, parts.count >= 5, case .text("storage") = parts[0],
      case .global(let type) = parts[1], type.hasSuffix("Storage"), case .text(let key) = parts[2],
      case .int(let count) = parts[4], count >= 0
    else { throw malformed("a storage that is none") }
    return .storage(type: type, key: key, count: count)
  }

  private func called(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard case .global(let name) = function, case .tuple(let values) = arguments else {
      throw malformed("a call of what is no function")
    }
    switch name {
    case "collections.OrderedDict" where values.isEmpty: return .dictionary(PickleDictionary())
    case "torch.Size": return values.first ?? .tuple([])
    case "torch._utils._rebuild_parameter": return values.first ?? .none
    case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor":
      guard values.count >= 4, case .storage(let type, let key, let count) = values[0],
        case .int(let offset) = values[1], let shape = integers(values[2]),
        let strides = integers(values[3]), shape.count == strides.count
      else { throw malformed("a tensor without storage or shape") }
      return .tensor(
        PickleTensor(storage: (type, key, count), offset: offset, shape: shape, strides: strides))
    default: throw unsupported("a call of \(name) with \(values.count) arguments")
    }
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let parts) = value else { return nil }
    let numbers = parts.compactMap { part -> Int? in
      if case .int(let number) = part { number } else { nil }
    }
    return numbers.count == parts.count ? numbers : nil
  }

  // MARK: - Stack and bytes

  private func top() throws -> PickleValue {
    guard let value = stack.last else { throw malformed("an operation without a value") }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0) else { throw malformed("an operation without a value") }
    return stack.removeLast()
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    Array(try (0..<count).map { _ in try pop() }.reversed())
  }

  private mutating func popMarked() throws -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw malformed("an end without a start")
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func list() throws -> PickleList {
    guard case .list(let list) = try top() else { throw malformed("an element without a list") }
    return list
  }

  private func dictionary() throws -> PickleDictionary {
    guard case .dictionary(let dictionary) = try top() else {
      throw malformed("a key without a dictionary")
    }
    return dictionary
  }

  private func recalled(_ index: Int) throws -> PickleValue {
    guard let value = memo[index] else { throw malformed("a value that was not kept") }
    return value
  }

  private mutating func byte() throws -> UInt8 {
    guard place < bytes.count else { throw malformed("it ends too early") }
    defer { place += 1 }
    return bytes[place]
  }

  /// A whole number of some bytes, lowest first.
  private mutating func number(_ count: Int) throws -> Int {
    let part = try taken(count)
    let value = part.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(clamping: value)
  }

  /// A whole number of a given length, in two's complement.
  private mutating func long() throws -> Int {
    let part = try taken(Int(try byte()))
    guard part.count <= 8 else { throw unsupported("a whole number of \(part.count) bytes") }
    let value = part.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let shift = UInt64(64 - 8 * part.count)
    return part.isEmpty ? 0 : Int(Int64(bitPattern: value << shift) >> Int64(shift))
  }

  private mutating func double() throws -> Double {
    Double(bitPattern: try taken(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private mutating func text(_ count: Int) throws -> String {
    String(decoding: try taken(count), as: UTF8.self)
  }

  private mutating func line() throws -> String {
    guard let end = bytes[place...].firstIndex(of: 0x0A) else {
      throw malformed("it ends too early")
    }
    defer { place = end + 1 }
    return String(decoding: bytes[place..<end], as: UTF8.self)
  }

  private mutating func taken(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= bytes.count - place else { throw malformed("it ends too early") }
    defer { place += count }
    return bytes[place..<place + count]
  }

  private func malformed(_ found: String) -> DatasetError {
    DatasetError(.malformed, path: path, found: "the pickle is damaged: \(found)")
  }

  private func unsupported(_ found: String) -> DatasetError {
    DatasetError(
      .unsupported, path: path, found: found, expected: "a state dictionary",
      suggestion: "torch.save(model.state_dict(), FILE)")
  }
}
