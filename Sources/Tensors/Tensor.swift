/// A dense row-major array in host memory, with value semantics and copy on write.
///
/// One type for all element types: the dtype is a run-time fact, as it is in files and programs.
public struct Tensor: Sendable {
  /// The element type.
  public let dtype: DType
  /// The extents, outermost axis first; empty for a scalar.
  public let shape: Shape
  private var storage: TensorStorage

  /// The number of elements.
  public var count: Int { shape.elementCount }
  /// The number of bytes of all elements.
  public var byteCount: Int { shape.byteCount(of: dtype) }
  /// The number of axes.
  public var rank: Int { shape.count }

  /// Makes a tensor of zeros (false, for masks).
  public init(zeros shape: Shape, _ dtype: DType = .float32) {
    self.init(uninitialized: shape, dtype)
    storage.bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Makes a tensor whose elements are written by `fill`, which must write every byte.
  public init(
    _ dtype: DType, shape: Shape, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows {
    self.init(uninitialized: shape, dtype)
    try fill(UnsafeMutableRawBufferPointer(rebasing: storage.bytes[..<byteCount]))
  }

  /// Makes a tensor from elements in row-major order.
  ///
  /// - Precondition: `values` has exactly as many elements as `shape`.
  public init<Scalar: TensorScalar>(_ values: [Scalar], shape: Shape) {
    precondition(
      values.count == shape.elementCount,
      "\(values.count) values cannot fill a tensor of shape \(shape.shapeText).")
    self.init(uninitialized: shape, Scalar.dtype)
    values.withUnsafeBytes { storage.bytes.copyBytes($0) }
  }

  /// Makes a one-dimensional tensor.
  public init<Scalar: TensorScalar>(_ values: [Scalar]) {
    self.init(values, shape: [values.count])
  }

  /// Makes a scalar tensor.
  public init<Scalar: TensorScalar>(scalar value: Scalar) {
    self.init([value], shape: [])
  }

  /// Makes a tensor with every element equal to `value`, rounded to `dtype`.
  public init(repeating value: Double, shape: Shape, _ dtype: DType = .float32) {
    self.init(uninitialized: shape, dtype)
    let element = Tensor([value]).converted(to: dtype)
    element.withUnsafeBytes { source in
      for index in 0..<count {
        storage.bytes.copyBytes(source, to: index * dtype.byteCount)
      }
    }
  }

  private init(uninitialized shape: Shape, _ dtype: DType) {
    precondition(shape.allSatisfy { $0 >= 0 }, "Shape \(shape.shapeText) has a negative extent.")
    self.dtype = dtype
    self.shape = shape
    storage = TensorStorage(byteCount: shape.byteCount(of: dtype))
  }

  /// Makes a tensor of memory that holds its elements; whoever else has it writes to it no more.
  package init(storage: TensorStorage, shape: Shape, dtype: DType) {
    self.storage = storage
    self.shape = shape
    self.dtype = dtype
  }

  /// Calls `body` with the bytes of all elements.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeRawBufferPointer(rebasing: storage.bytes[..<byteCount]))
    }
  }

  /// Calls `body` with the bytes of all elements for writing, copying them first if shared.
  public mutating func withUnsafeMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      storage = TensorStorage(copying: storage, byteCount: byteCount)
    }
    return try body(UnsafeMutableRawBufferPointer(rebasing: storage.bytes[..<byteCount]))
  }

  /// Calls `body` with the elements as `Scalar`.
  ///
  /// - Precondition: `Scalar` is the element type of `dtype`.
  public func withUnsafeElements<Scalar: TensorScalar, Result>(
    of type: Scalar.Type, _ body: (UnsafeBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    precondition(type.dtype == dtype, "A \(dtype.name) tensor was read as \(type.dtype.name).")
    return try withUnsafeBytes { try body($0.bindMemory(to: Scalar.self)) }
  }

  /// Calls `body` with the elements as `Scalar` for writing, copying them first if shared.
  ///
  /// - Precondition: `Scalar` is the element type of `dtype`.
  public mutating func withUnsafeMutableElements<Scalar: TensorScalar, Result>(
    of type: Scalar.Type, _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    precondition(type.dtype == dtype, "A \(dtype.name) tensor was written as \(type.dtype.name).")
    return try withUnsafeMutableBytes { try body($0.bindMemory(to: Scalar.self)) }
  }

  /// The same elements in the same order under another shape, without copying.
  ///
  /// - Precondition: the element counts are equal.
  public func reshaped(_ newShape: Shape) -> Tensor {
    precondition(
      newShape.elementCount == count,
      "A tensor of shape \(shape.shapeText) cannot be reshaped to \(newShape.shapeText).")
    return Tensor(storage: storage, shape: newShape, dtype: dtype)
  }

  /// The elements in row-major order, converted to `Scalar` by the rules of ``converted(to:)``.
  public func elements<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> [Scalar] {
    converted(to: type.dtype).withUnsafeElements(of: type) { Array($0) }
  }

  /// Whether dtype, shape and every bit of every element are the same.
  public func bitsEqual(_ other: Tensor) -> Bool {
    guard dtype == other.dtype, shape == other.shape else { return false }
    return withUnsafeBytes { mine in
      other.withUnsafeBytes { theirs in mine.elementsEqual(theirs) }
    }
  }
}
