import FoundationEssentials
import Layers
import SwiftProtobuf

/// Finds out which fields a generated message has.
///
/// It is a decoder that offers the message numbers and notes what type it asks for. Generated code keeps no
/// descriptor that could be read instead.
struct FieldProbe: Decoder {
  /// What a field was found to be.
  struct Field {
    enum Kind {
      case int, double, bool, string, bytes
      /// The Swift names and numbers of the values.
      case words(String, [(swiftName: String, number: Int)])
      case message(any Message.Type)
      /// A kind of field that configs cannot have.
      case unsupported(String)
    }

    var kind: Kind
    var isRepeated = false
    /// Whether absence means zero, as without `optional` in proto3.
    var isImplicit = false
  }

  /// The numbers that are tried; fields above are not found, and configs that name them are refused.
  static let numbers = 1..<4096

  /// The fields that were requested, by number.
  private(set) var fields: [Int: Field] = [:]
  /// How many fields found a case of their oneof given already.
  private(set) var conflicts = 0
  private var remaining: [Int]
  private var current = 0
  /// Which value of an enum is given to a field.
  private let word: Int

  /// Creates a decoder that offers these numbers.
  init(_ numbers: [Int], word: Int = 0) {
    remaining = numbers.reversed()
    self.word = word
  }

  /// The fields of a message by number.
  static func fields<M: Message>(of type: M.Type) throws -> FieldProbe {
    var probe = FieldProbe(Array(numbers))
    var message = M()
    try message.decodeMessage(decoder: &probe)
    return probe
  }

  /// A message in which the fields of these numbers are given.
  static func sample<M: Message>(
    of type: M.Type, _ numbers: [Int], word: Int = 0
  ) throws -> M {
    var probe = FieldProbe(numbers, word: word)
    var message = M()
    try message.decodeMessage(decoder: &probe)
    return message
  }

  mutating func nextFieldNumber() -> Int? {
    current = remaining.popLast() ?? 0
    return current == 0 ? nil : current
  }

  mutating func handleConflictingOneOf() { conflicts += 1 }

  private mutating func note(_ kind: Field.Kind, isRepeated: Bool = false, isImplicit: Bool = false)
  {
    fields[current] = Field(kind: kind, isRepeated: isRepeated, isImplicit: isImplicit)
  }

  mutating func single<T: ProbeValue>(_ value: inout T, _ kind: Field.Kind) {
    note(kind, isImplicit: true)
    value = .probe
  }

  mutating func single<T: ProbeValue>(_ value: inout T?, _ kind: Field.Kind) {
    note(kind)
    value = .probe
  }

  mutating func many<T: ProbeValue>(_ value: inout [T], _ kind: Field.Kind) {
    note(kind, isRepeated: true)
    value = [.probe]
  }
}

// Enums, messages and what configs cannot have.
extension FieldProbe {
  mutating func decodeSingularEnumField<E: Enum>(value: inout E) where E.RawValue == Int {
    note(Self.words(E.self), isImplicit: true)
    value = chosen()
  }

  mutating func decodeSingularEnumField<E: Enum>(value: inout E?)
  where E.RawValue == Int {
    note(Self.words(E.self))
    value = chosen()
  }

  mutating func decodeRepeatedEnumField<E: Enum>(value: inout [E])
  where E.RawValue == Int {
    note(Self.words(E.self), isRepeated: true)
    value = [chosen()]
  }

  mutating func decodeSingularMessageField<M: Message>(value: inout M?) {
    note(.message(M.self))
    value = M()
  }

  mutating func decodeRepeatedMessageField<M: Message>(value: inout [M]) {
    note(.message(M.self), isRepeated: true)
    value = [M()]
  }

  mutating func decodeSingularGroupField<G: Message>(value: inout G?) {
    note(.unsupported("a group"))
  }

  mutating func decodeRepeatedGroupField<G: Message>(value: inout [G]) {
    note(.unsupported("a group"))
  }

  mutating func decodeMapField<Key, Element: MapValueType>(
    fieldType: _ProtobufMap<Key, Element>.Type, value: inout _ProtobufMap<Key, Element>.BaseType
  ) { note(.unsupported("a map")) }

  mutating func decodeMapField<Key, Element>(
    fieldType: _ProtobufEnumMap<Key, Element>.Type,
    value: inout _ProtobufEnumMap<Key, Element>.BaseType
  ) where Element.RawValue == Int { note(.unsupported("a map")) }

  mutating func decodeMapField<Key, Element>(
    fieldType: _ProtobufMessageMap<Key, Element>.Type,
    value: inout _ProtobufMessageMap<Key, Element>.BaseType
  ) { note(.unsupported("a map")) }

  /// Fields that yet other packages add to the message are none of its own.
  mutating func decodeExtensionField(
    values: inout ExtensionFieldValueSet, messageType: any Message.Type, fieldNumber: Int
  ) {}

  private func chosen<E: Enum>() -> E {
    let all = Self.cases(E.self)
    return word < all.count ? all[word] : E()
  }

  private static func words<E: Enum>(_ type: E.Type) -> Field.Kind where E.RawValue == Int {
    .words("\(type)", cases(type).map { ("\($0)", $0.rawValue) })
  }

  private static func cases<E: Enum>(_ type: E.Type) -> [E] {
    func all<C: CaseIterable>(_ type: C.Type) -> [E] { type.allCases.compactMap { $0 as? E } }
    guard let listed = type as? any CaseIterable.Type else { return [] }
    return all(listed)
  }
}

/// A type of fields, with a value that is not the zero of the type.
protocol ProbeValue {
  static var probe: Self { get }
}

extension Float: ProbeValue { static var probe: Float { 1 } }
extension Double: ProbeValue { static var probe: Double { 1 } }
extension Int32: ProbeValue { static var probe: Int32 { 1 } }
extension Int64: ProbeValue { static var probe: Int64 { 1 } }
extension UInt32: ProbeValue { static var probe: UInt32 { 1 } }
extension UInt64: ProbeValue { static var probe: UInt64 { 1 } }
extension Bool: ProbeValue { static var probe: Bool { true } }
extension String: ProbeValue { static var probe: String { "a" } }
extension Data: ProbeValue { static var probe: Data { Data([1]) } }
