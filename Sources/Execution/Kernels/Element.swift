import Tensors

/// How elements of one dtype are stored, and the Swift type in which they are computed.
protocol Element {
  associatedtype Number: Arithmetic
  static func load(_ address: UnsafeRawPointer, _ index: Int) -> Number
  static func store(_ number: Number, _ address: UnsafeMutableRawPointer, _ index: Int)
}

/// Elements that are stored as they are computed.
enum Plain<Number: Arithmetic>: Element {
  @inline(__always)
  static func load(_ address: UnsafeRawPointer, _ index: Int) -> Number {
    address.load(fromByteOffset: index * MemoryLayout<Number>.stride, as: Number.self)
  }

  @inline(__always)
  static func store(_ number: Number, _ address: UnsafeMutableRawPointer, _ index: Int) {
    address.storeBytes(
      of: number, toByteOffset: index * MemoryLayout<Number>.stride, as: Number.self)
  }
}

/// bfloat16: computed in single precision and rounded when stored.
enum Brain: Element {
  @inline(__always)
  static func load(_ address: UnsafeRawPointer, _ index: Int) -> Float {
    BFloat16(bits: address.load(fromByteOffset: index * 2, as: UInt16.self)).float
  }

  @inline(__always)
  static func store(_ number: Float, _ address: UnsafeMutableRawPointer, _ index: Int) {
    address.storeBytes(of: BFloat16(number).bits, toByteOffset: index * 2, as: UInt16.self)
  }
}

/// float16: computed in single precision and rounded when stored.
enum Half: Element {
  @inline(__always)
  static func load(_ address: UnsafeRawPointer, _ index: Int) -> Float {
    HalfFloat(bits: address.load(fromByteOffset: index * 2, as: UInt16.self)).float
  }

  @inline(__always)
  static func store(_ number: Float, _ address: UnsafeMutableRawPointer, _ index: Int) {
    address.storeBytes(of: HalfFloat(number).bits, toByteOffset: index * 2, as: UInt16.self)
  }
}

/// Work that is written once for all element types.
protocol ElementVisitor {
  func visit<E: Element>(_ element: E.Type)
}

/// Work that is written once for all floating element types.
protocol RealVisitor {
  func visit<E: Element>(_ element: E.Type) where E.Number: Real
}

extension DType {
  /// Calls the visitor with this dtype's element type; `bool` counts as bytes 0 and 1.
  @inline(__always)
  func visit(_ visitor: some ElementVisitor) {
    switch self {
    case .float32: visitor.visit(Plain<Float>.self)
    case .float64: visitor.visit(Plain<Double>.self)
    case .bfloat16: visitor.visit(Brain.self)
    case .float16: visitor.visit(Half.self)
    case .int8: visitor.visit(Plain<Int8>.self)
    case .int16: visitor.visit(Plain<Int16>.self)
    case .int32: visitor.visit(Plain<Int32>.self)
    case .int64: visitor.visit(Plain<Int64>.self)
    case .uint8, .bool: visitor.visit(Plain<UInt8>.self)
    case .uint32: visitor.visit(Plain<UInt32>.self)
    case .complex64: preconditionFailure("Programs compute on real and imaginary parts.")
    }
  }

  /// Calls the visitor with this floating dtype's element type.
  @inline(__always)
  func visit(_ visitor: some RealVisitor) {
    switch self {
    case .float32: visitor.visit(Plain<Float>.self)
    case .float64: visitor.visit(Plain<Double>.self)
    case .bfloat16: visitor.visit(Brain.self)
    case .float16: visitor.visit(Half.self)
    case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool, .complex64:
      preconditionFailure("\(name) has no elementary functions.")
    }
  }
}
