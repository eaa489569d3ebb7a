import FoundationEssentials
import SwiftProtobuf

// What a message calls of its decoder, field by field; the protocol has a function for each type.
extension FieldProbe {
  mutating func decodeSingularFloatField(value: inout Float) { single(&value, .double) }
  mutating func decodeSingularFloatField(value: inout Float?) { single(&value, .double) }
  mutating func decodeRepeatedFloatField(value: inout [Float]) { many(&value, .double) }
  mutating func decodeSingularDoubleField(value: inout Double) { single(&value, .double) }
  mutating func decodeSingularDoubleField(value: inout Double?) { single(&value, .double) }
  mutating func decodeRepeatedDoubleField(value: inout [Double]) { many(&value, .double) }
  mutating func decodeSingularInt32Field(value: inout Int32) { single(&value, .int) }
  mutating func decodeSingularInt32Field(value: inout Int32?) { single(&value, .int) }
  mutating func decodeRepeatedInt32Field(value: inout [Int32]) { many(&value, .int) }
  mutating func decodeSingularInt64Field(value: inout Int64) { single(&value, .int) }
  mutating func decodeSingularInt64Field(value: inout Int64?) { single(&value, .int) }
  mutating func decodeRepeatedInt64Field(value: inout [Int64]) { many(&value, .int) }
  mutating func decodeSingularUInt32Field(value: inout UInt32) { single(&value, .int) }
  mutating func decodeSingularUInt32Field(value: inout UInt32?) { single(&value, .int) }
  mutating func decodeRepeatedUInt32Field(value: inout [UInt32]) { many(&value, .int) }
  mutating func decodeSingularUInt64Field(value: inout UInt64) { single(&value, .int) }
  mutating func decodeSingularUInt64Field(value: inout UInt64?) { single(&value, .int) }
  mutating func decodeRepeatedUInt64Field(value: inout [UInt64]) { many(&value, .int) }
  mutating func decodeSingularSInt32Field(value: inout Int32) { single(&value, .int) }
  mutating func decodeSingularSInt32Field(value: inout Int32?) { single(&value, .int) }
  mutating func decodeRepeatedSInt32Field(value: inout [Int32]) { many(&value, .int) }
  mutating func decodeSingularSInt64Field(value: inout Int64) { single(&value, .int) }
  mutating func decodeSingularSInt64Field(value: inout Int64?) { single(&value, .int) }
  mutating func decodeRepeatedSInt64Field(value: inout [Int64]) { many(&value, .int) }
  mutating func decodeSingularFixed32Field(value: inout UInt32) { single(&value, .int) }
  mutating func decodeSingularFixed32Field(value: inout UInt32?) { single(&value, .int) }
  mutating func decodeRepeatedFixed32Field(value: inout [UInt32]) { many(&value, .int) }
  mutating func decodeSingularFixed64Field(value: inout UInt64) { single(&value, .int) }
  mutating func decodeSingularFixed64Field(value: inout UInt64?) { single(&value, .int) }
  mutating func decodeRepeatedFixed64Field(value: inout [UInt64]) { many(&value, .int) }
  mutating func decodeSingularSFixed32Field(value: inout Int32) { single(&value, .int) }
  mutating func decodeSingularSFixed32Field(value: inout Int32?) { single(&value, .int) }
  mutating func decodeRepeatedSFixed32Field(value: inout [Int32]) { many(&value, .int) }
  mutating func decodeSingularSFixed64Field(value: inout Int64) { single(&value, .int) }
  mutating func decodeSingularSFixed64Field(value: inout Int64?) { single(&value, .int) }
  mutating func decodeRepeatedSFixed64Field(value: inout [Int64]) { many(&value, .int) }
  mutating func decodeSingularBoolField(value: inout Bool) { single(&value, .bool) }
  mutating func decodeSingularBoolField(value: inout Bool?) { single(&value, .bool) }
  mutating func decodeRepeatedBoolField(value: inout [Bool]) { many(&value, .bool) }
  mutating func decodeSingularStringField(value: inout String) { single(&value, .string) }
  mutating func decodeSingularStringField(value: inout String?) { single(&value, .string) }
  mutating func decodeRepeatedStringField(value: inout [String]) { many(&value, .string) }
  mutating func decodeSingularBytesField(value: inout Data) { single(&value, .bytes) }
  mutating func decodeSingularBytesField(value: inout Data?) { single(&value, .bytes) }
  mutating func decodeRepeatedBytesField(value: inout [Data]) { many(&value, .bytes) }
}
