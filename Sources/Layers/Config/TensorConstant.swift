public import Tensors

/// A constant array in a config: `0.5`, `[1, 2, 3]`, or with shape and dtype.
public struct TensorConstant: Sendable, Equatable {
  /// The sizes of the axes; none for a single number.
  public var shape: [Int]
  /// The element type.
  public var dtype: DType
  /// The elements in row-major order; real parts of complex elements.
  public var values: [Double]
  /// The imaginary parts of complex elements, as many as values, else none.
  public var imagValues: [Double]

  /// Creates a constant of any shape.
  public init(
    shape: [Int] = [], dtype: DType = .float32, values: [Double], imagValues: [Double] = []
  ) {
    self.shape = shape
    self.dtype = dtype
    self.values = values
    self.imagValues = imagValues
  }
}

extension TensorConstant: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A single number.
  public init(floatLiteral value: Double) {
    self.init(values: [value])
  }

  /// A single number.
  public init(integerLiteral value: Int) {
    self.init(values: [Double(value)])
  }
}

extension TensorConstant: ExpressibleByArrayLiteral {
  /// A constant with one axis.
  public init(arrayLiteral elements: Double...) {
    self.init(shape: [elements.count], values: elements)
  }
}

extension TensorConstant: ConfigMessage {
  /// The fields of the message `Tensor`.
  public static let table = FieldTable(
    "Tensor", swiftName: "TensorConstant", doc: "A constant array.",
    fields: [
      FieldRow(
        "shape", 1, .int, isRepeated: true,
        doc: "Sizes of the axes; none: a single number."),
      FieldRow(
        "dtype", 2, .symbol(DType.words), defaults: [.symbol("DTYPE_FLOAT32")],
        doc: "Element type."),
      FieldRow("values", 3, .double, isRepeated: true, doc: "Elements in row-major order."),
      FieldRow(
        "data", 4, .bytes,
        doc: "Elements as little-endian bytes in row-major order, instead of values."),
      FieldRow(
        "imag_values", 5, .double, isRepeated: true,
        doc: "Imaginary parts of complex elements, as many as values."),
    ])

  /// Reads a constant, from numbers or from raw bytes.
  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {
    let fields = FieldReader(spec, Self.table, registry)
    self.init(
      shape: try fields.list("shape"), dtype: try fields.value("dtype") ?? .float32,
      values: try fields.list("values"), imagValues: try fields.list("imag_values"))
    guard case .bytes(let bytes)? = spec["data"]?.values.first else { return }
    guard values.isEmpty, imagValues.isEmpty else {
      throw ConfigError(
        .severalCases, path: "data", position: spec["data"]?.position,
        found: "both values and data are given", expected: "only one of them")
    }
    try decode(bytes, at: spec["data"]?.position)
  }

  /// The tree of the constant; raw bytes are written as numbers.
  public var spec: SpecNode {
    get throws(ConfigError) {
      var fields = FieldWriter(Self.table)
      try fields.set("shape", shape)
      try fields.set("dtype", dtype)
      try fields.set("values", values)
      try fields.set("imag_values", imagValues)
      return fields.node
    }
  }

  private mutating func decode(
    _ bytes: [UInt8], at position: SourcePosition?
  ) throws(ConfigError) {
    guard bytes.count.isMultiple(of: dtype.byteCount) else {
      throw ConfigError(
        .outOfRange, path: "data", position: position, found: "\(bytes.count) bytes",
        expected: "a multiple of \(dtype.byteCount), the size of \(dtype.name)")
    }
    let size = dtype == .complex64 ? 4 : dtype.byteCount
    var numbers: [Double] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      numbers.append(number(bytes[start..<start + size]))
    }
    guard dtype == .complex64 else {
      values = numbers
      return
    }
    values = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
    imagValues = stride(from: 1, to: numbers.count, by: 2).map { numbers[$0] }
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Double {
    let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch dtype {
    case .float32, .complex64: return Double(Float(bitPattern: UInt32(bits)))
    case .float64: return Double(bitPattern: bits)
    case .bfloat16: return Double(Float(bitPattern: UInt32(bits) << 16))
    case .float16: return Double(HalfFloat(bits: UInt16(bits)).float)
    case .int8: return Double(Int8(truncatingIfNeeded: bits))
    case .int16: return Double(Int16(truncatingIfNeeded: bits))
    case .int32: return Double(Int32(truncatingIfNeeded: bits))
    case .int64: return Double(Int64(bitPattern: bits))
    case .uint8, .uint32, .bool: return Double(bits)
    }
  }
}
