import CKernels
import Tensors

/// What a product does to its sums before it stores them: adds a bias, rectifies, adds a value of the
/// same shape, in this order.
///
/// It has the bits of the chain that would do so afterwards, and saves a walk through memory.
struct ProductFinish {
  /// One number a column.
  var bias: BufferView?
  var rectifies = false
  /// A number for each of the result.
  var rest: BufferView?

  /// What else the product reads.
  var reads: [BufferView] { [bias, rest].compactMap(\.self) }

  /// Where it finds its operands.
  struct Places {
    private let bias: Place?
    private let rectifies: Int32
    private let rest: Place?
    private let columns: Int

    init(_ finish: ProductFinish = ProductFinish(), columns: Int = 0) {
      bias = finish.bias.map { Place($0) }
      rectifies = finish.rectifies ? 1 : 0
      rest = finish.rest.map { Place($0) }
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

extension TileKernel {
  /// What a product must do to give this chain's only result in place of its own; nil for other chains.
  func finish(of product: BufferView, columns: Int) -> ProductFinish? {
    let own = inputs.indices.filter { inputs[$0].buffer == product.buffer }
    guard own.count == 1, outputs.count == 1, outputs[0].dtype == .float32,
      isDense(own[0]), product.isDense, product.offset == 0, inputs[own[0]].offset == 0
    else { return nil }
    var finish = ProductFinish()
    var sum = Int32(own[0])
    for function in functions {
      let isSum = function.op == Int32(SW_ADD) || function.op == Int32(SW_ADD_RECTIFY)
      let rectifies = function.op == Int32(SW_RECTIFY) || function.op == Int32(SW_ADD_RECTIFY)
      // The rest comes last.
      guard isSum || rectifies, finish.rest == nil, !(rectifies && finish.rectifies),
        function.a == sum || (isSum && function.b == sum)
      else { return nil }
      if isSum {
        let other = Int(function.a == sum ? function.b : function.a)
        guard other != sum, inputs.indices.contains(other) else { return nil }
        if !finish.rectifies, finish.bias == nil, repeats(other, every: columns) {
          finish.bias = inputs[other]
        } else if isDense(other), !rectifies {
          finish.rest = inputs[other]
        } else {
          return nil
        }
      }
      if rectifies { finish.rectifies = true }
      sum = function.destination
    }
    return sum == outputs[0].register ? finish : nil
  }
}
