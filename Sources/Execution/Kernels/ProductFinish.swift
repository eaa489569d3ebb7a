import CKernels
import Tensors

/// What a product does to its sums before it stores them: adds a bias, rectifies, adds a value of the
/// same shape, hides rows that a mask does not allow, in this order.
///
/// It has the bits of the chain that would do so afterwards, and saves a walk through memory.
struct ProductFinish {
  /// One number a column.
  var bias: BufferView?
  var rectifies = false
  /// A number for each of the result.
  var rest: BufferView?
  /// A flag a row: rows without it become zeros.
  var mask: BufferView?
  /// Where rows with zeros go if the result is to keep all rows; dense.
  var masked: BufferView?

  /// What else the product reads.
  var reads: [BufferView] { [bias, rest, mask].compactMap(\.self) }

  /// Where it finds its operands.
  struct Places {
    private let bias: Place?
    private let rectifies: Int32
    private let rest: Place?
    private let mask: Place?
    private let masked: Place?
    private let columns: Int

    init(_ finish: ProductFinish = ProductFinish(), columns: Int = 0) {
      bias = finish.bias.map { Place($0) }
      rectifies = finish.rectifies ? 1 : 0
      rest = finish.rest.map { Place($0) }
      mask = finish.mask.map { Place($0) }
      masked = finish.masked.map { Place($0) }
      self.columns = columns
    }

    /// What the kernel is told whose result begins at a row and a column.
    @inline(__always)
    func at(row: Int, column: Int, _ frame: Frame) -> sw_finish {
      var finish = sw_finish()
      if let bias { finish.bias = UnsafePointer(bias.floats(frame) + column) }
      finish.rectifies = rectifies
      if let rest {
        finish.rest = UnsafePointer(rest.floats(frame) + row * columns + column)
        finish.restStride = Int64(columns)
      }
      if let mask {
        let flags = mask.address(frame).assumingMemoryBound(to: UInt8.self)
        finish.valid = UnsafePointer(flags + row)
      }
      if let masked {
        finish.masked = masked.floats(frame) + row * columns + column
        finish.maskedStride = Int64(columns)
      }
      return finish
    }
  }
}

/// A product that can finish what it computes.
protocol FinishingProduct: Kernel {
  /// How many numbers a row of the result has; nil where the product cannot finish it.
  var finishedColumns: Int? { get }

  /// Makes the product finish its sums and store them elsewhere.
  func finish(_ finish: ProductFinish, to target: BufferView)
}
