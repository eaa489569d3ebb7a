public import Tensors

/// One operation of a program.
///
/// A dozen families, so that every pass has a short top switch and one
/// file a family; no pass may use `default:`, so the compiler lists what a new op still needs.
public indirect enum Op: Sendable {
  /// No operand: the elements are part of the program.
  case constant(Tensor)
  /// No operand: `out[..., i, ...] = i` along `axis`.
  case iota(ValueType, axis: Int)
  /// Elementwise conversion to another dtype, by the rules of `Tensor.converted(to:)`.
  case convert(DType)
  /// The same bits read as another dtype of equal size; not to `bool`, whose byte must be 0 or 1.
  case bitcast(DType)
  /// Random words: see ``RandomOp``.
  case random(RandomOp)
  /// Elementwise function of one operand.
  case unary(UnaryOp)
  /// Elementwise function of two operands of the same type.
  case binary(BinaryOp)
  /// Elementwise comparison of two operands of the same type, giving `bool`.
  case compare(CompareOp)
  /// `condition ? a : b` elementwise; never looks at the value that is not chosen.
  case select
  /// Rearranges elements.
  case movement(MovementOp)
  /// Combines elements along axes.
  case reduction(ReductionOp)
  /// Sums of products.
  case contraction(ContractionOp)
  /// Reads or writes at computed positions.
  case indexing(IndexingOp)
  /// Discrete Fourier transforms of the last axis.
  case fft(FFTOp)
  /// Repeats a body program with carried values.
  case loop(LoopOp)
  /// A named function with its own expansion.
  case composite(CompositeOp)
  /// The identity; no gradient passes through.
  case stopGradient
}

/// An elementwise function of one operand.
///
/// Results keep the operand's dtype except `isFinite`.
/// `bfloat16` and `float16` are computed in `float32` and rounded once; integers wrap.
public enum UnaryOp: String, CaseIterable, Sendable {
  /// `-x`.
  case neg
  /// `|x|`.
  case abs
  /// -1, 0 or 1; NaN stays NaN, and a zero keeps its sign.
  case sign
  /// `e^x`.
  case exp
  /// `e^x - 1`.
  case expm1
  /// The natural logarithm.
  case log
  /// `ln(1 + x)`.
  case log1p
  /// The sine of radians.
  case sin
  /// The cosine of radians.
  case cos
  /// The hyperbolic tangent.
  case tanh
  /// The logistic function `1 / (1 + e^-x)`.
  case sigmoid
  /// The error function.
  case erf
  /// The square root.
  case sqrt
  /// `1 / sqrt(x)`, both steps rounded (to `float32` in the low precisions).
  case rsqrt
  /// The greatest whole number not above `x`.
  case floor
  /// The least whole number not below `x`.
  case ceil
  /// The nearest whole number, ties to even.
  case round
  /// Boolean or bitwise negation.
  case not
  /// Whether `x` is neither infinite nor NaN, as `bool`.
  case isFinite
}

/// An elementwise function of two operands of equal type.
public enum BinaryOp: String, CaseIterable, Sendable {
  /// `a + b`; integers wrap.
  case add
  /// `a - b`; integers wrap.
  case sub
  /// `a * b`; integers wrap.
  case mul
  /// `a / b`; integers divide towards zero, and by 0 give 0.
  case div
  /// The remainder of `div`, with the sign of `a`; integers by 0 give 0.
  case rem
  /// The greater; NaN if either is; +0 counts as greater than -0.
  case max
  /// The smaller; NaN if either is; -0 counts as smaller than +0.
  case min
  /// `a ^ b`.
  case pow
  /// Boolean or bitwise and.
  case and
  /// Boolean or bitwise or.
  case or
  /// Boolean or bitwise exclusive or.
  case xor
  /// `a << b` for unsigned integers; 0 when `b` is the width or more.
  case shl
  /// `a >> b` for unsigned integers; 0 when `b` is the width or more.
  case shr
}

/// An elementwise comparison.
///
/// NaN is equal to nothing and ordered with nothing.
public enum CompareOp: String, CaseIterable, Sendable {
  /// `a == b`.
  case eq
  /// `a < b`.
  case lt
  /// `a <= b`.
  case le
}

/// Random words that depend only on seed, stream, the row's own key and the position.
///
/// Operands: seed `u32[2]`, row keys `u32[b]`, positions `i32[b, t]`; result `u32[b, t, count]`.
/// Word `n` of `[row, position]` is word `n % 4` of Philox with key
/// `(seed[0] ^ stream, seed[1])` and counter `(rowKey, bits of position, n / 4, 0)`.
public struct RandomOp: Hashable, Sendable {
  /// Tells apart the draws of different layers: the hash of the layer's path.
  public var stream: UInt32
  /// How many words a position gets.
  public var count: Int

  /// Makes the op.
  public init(stream: UInt32, count: Int) {
    self.stream = stream
    self.count = count
  }
}

/// Rearranges elements without arithmetic.
public enum MovementOp: Hashable, Sendable {
  /// The same row-major elements under another shape.
  case reshape(Shape)
  /// `out` axis `i` is operand axis `permutation[i]`.
  case transpose(permutation: [Int])
  /// Operand axis `i` becomes output axis `axes[i]` (ascending); extent 1 or equal.
  case broadcast(Shape, axes: [Int])
  /// Elements `start, start + stride, … < limit` of every axis.
  case slice(start: [Int], limit: [Int], stride: [Int])
  /// Operands: values and a scalar. Adds `low` and `high` copies of the scalar at the ends of every
  /// axis (negative numbers cut) and `interior` copies between neighbours.
  case pad(low: [Int], high: [Int], interior: [Int])
  /// Reverses the order along axes.
  case reverse(axes: [Int])
  /// Joins the operands along an axis.
  case concatenate(axis: Int)
}

/// Which function a reduction folds with.
///
/// Its value for no elements is 0, 1, -inf, +inf (the extremes for integers), true, false. A fold
/// starts from that value, so a sum of -0 is +0.
public enum ReductionKind: String, CaseIterable, Sendable {
  /// The sum.
  case sum
  /// The product.
  case prod
  /// The greatest; NaN if any is.
  case max
  /// The smallest; NaN if any is.
  case min
  /// Whether all are true.
  case and
  /// Whether any is true.
  case or
}

/// Combines elements along axes.
public enum ReductionOp: Hashable, Sendable {
  /// Folds `axes` (ascending) away.
  case reduce(ReductionKind, axes: [Int])
  /// The first index of the greatest (`max`) or smallest (`min`) along an axis, as `i32`; NaN wins.
  case argReduce(ReductionKind, axis: Int)
  /// Running fold along an axis, of all elements up to and including (after, when `reverse`) each.
  case cumulative(ReductionKind, axis: Int, reverse: Bool)
  /// Folds windows of a padded operand; padding is the fold's value for no elements.
  case reduceWindow(ReductionKind, WindowDimensions)
  /// Two results: the elements in order along an axis, and where each stood, as `i32`. Stable either
  /// way: equal elements (such as -0 and +0) keep their order. NaN counts as greater than all.
  case sort(axis: Int, descending: Bool)
}

/// Window extents, one number an axis of the operand.
public struct WindowDimensions: Hashable, Sendable {
  /// Taps.
  public var size: [Int]
  /// Distance between windows.
  public var stride: [Int]
  /// Distance between taps.
  public var dilation: [Int]
  /// Elements added before.
  public var padLow: [Int]
  /// Elements added after.
  public var padHigh: [Int]

  /// Makes window extents.
  public init(size: [Int], stride: [Int], dilation: [Int], padLow: [Int], padHigh: [Int]) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.padLow = padLow
    self.padHigh = padHigh
  }
}

/// Sums of products.
public enum ContractionOp: Hashable, Sendable {
  /// Batched matrix product: see ``DotDimensions``.
  case dot(DotDimensions)
  /// Cross-correlation, channels last: see ``ConvolutionDimensions``.
  case convolution(ConvolutionDimensions)
}

/// Which axes a dot pairs.
///
/// The result has the batch axes, then the left's free axes, then the
/// right's, each in operand order.
public struct DotDimensions: Hashable, Sendable {
  /// Batch axes of the left operand, paired in order with `rightBatch`.
  public var leftBatch: [Int]
  /// Batch axes of the right operand.
  public var rightBatch: [Int]
  /// Summed axes of the left operand, paired in order with `rightContracting`.
  public var leftContracting: [Int]
  /// Summed axes of the right operand.
  public var rightContracting: [Int]

  /// Makes the pairing.
  public init(
    leftBatch: [Int] = [], rightBatch: [Int] = [], leftContracting: [Int], rightContracting: [Int]
  ) {
    self.leftBatch = leftBatch
    self.rightBatch = rightBatch
    self.leftContracting = leftContracting
    self.rightContracting = rightContracting
  }
}

/// A cross-correlation of `[b, spatial…, c]` with a kernel `[taps…, c / featureGroups, o]` into
/// `[b / batchGroups, spatial…, o]`; one number a spatial axis in each list.
public struct ConvolutionDimensions: Hashable, Sendable {
  /// Distance between outputs.
  public var strides: [Int]
  /// Zeros before (negative: elements cut).
  public var padLow: [Int]
  /// Zeros after (negative: elements cut).
  public var padHigh: [Int]
  /// Distance between inputs after zeros are put between them.
  public var inputDilation: [Int]
  /// Distance between taps.
  public var kernelDilation: [Int]
  /// Output channel `o` sees input channels of group `o / (outputs / featureGroups)` only.
  public var featureGroups: Int
  /// Output channel `o` sees batch rows of group `o / (outputs / batchGroups)` only, each group
  /// being `b / batchGroups` neighbouring rows.
  public var batchGroups: Int

  /// Makes the extents; strides and dilations default to 1, padding to 0.
  public init(
    spatialRank: Int, strides: [Int]? = nil, padLow: [Int]? = nil, padHigh: [Int]? = nil,
    inputDilation: [Int]? = nil, kernelDilation: [Int]? = nil, featureGroups: Int = 1,
    batchGroups: Int = 1
  ) {
    let ones: [Int] = Array(repeating: 1, count: spatialRank)
    let zeros: [Int] = Array(repeating: 0, count: spatialRank)
    self.strides = strides ?? ones
    self.padLow = padLow ?? zeros
    self.padHigh = padHigh ?? zeros
    self.inputDilation = inputDilation ?? ones
    self.kernelDilation = kernelDilation ?? ones
    self.featureGroups = featureGroups
    self.batchGroups = batchGroups
  }
}

/// What a gather gives for an index outside `0 ..< extent`.
public enum OutOfRangeRule: String, Hashable, Sendable {
  /// The nearest index that exists; 0 when the axis is empty.
  case clamp
  /// NaN (0 for integers and bool).
  case nan
  /// 0.
  case zero
}

/// Reads or writes at computed positions.
public enum IndexingOp: Hashable, Sendable {
  /// Operands: data, indices `i32`. The leading `batchAxes` axes of both are paired; `axis` of data
  /// is replaced by the other axes of the indices.
  case gather(axis: Int, batchAxes: Int, outOfRange: OutOfRangeRule)
  /// Operands: base, indices `i32`, updates. Adds every update to the element that `gather` with the
  /// same numbers would have read, in row-major order of updates; outside indices are dropped.
  case scatterAdd(axis: Int, batchAxes: Int)
  /// Operands: data, start `i32[]`. `size` elements along `axis` from `start`, moved inside.
  case dynamicSlice(axis: Int, size: Int)
  /// Operands: data, update, start `i32[]`. Data with `update` written from `start`, moved inside.
  case dynamicUpdate(axis: Int)
}

/// Discrete Fourier transforms of the last axis, on pairs of real and imaginary values.
public enum FFTOp: Hashable, Sendable {
  /// Operands re, im; results re, im.
  case forward
  /// Operands re, im; results re, im; divided by the length.
  case inverse
  /// Operand x of length n; results re, im of length n / 2 + 1.
  case realForward
  /// Operands re, im of length n / 2 + 1; result of length n, divided by n. The imaginary parts of
  /// bins 0 and n / 2 (n even) are ignored.
  case realInverse(length: Int)
}

/// A body program repeated a fixed number of times.
///
/// Operands: `capturedCount` values seen unchanged by every turn, then `carriedCount` initial
/// values, then sequences cut along `axis`. Body inputs: captured, carried, the turn's slices
/// (`axis` removed). Body outputs: the new carried values, then values to be stacked. Results: the
/// last carried values, then the stacked ones (with `axis` of extent `tripCount`).
public struct LoopOp: Sendable {
  /// One turn.
  public var body: Program
  /// The number of turns.
  public var tripCount: Int
  /// Whether turns run from the last slice to the first; stacked values keep their slice's place.
  public var reverse: Bool
  /// The axis along which operands are cut and results stacked.
  public var axis: Int
  /// How many operands are captured.
  public var capturedCount: Int
  /// How many operands are carried.
  public var carriedCount: Int

  /// Makes a loop.
  public init(
    body: Program, tripCount: Int, reverse: Bool = false, axis: Int, capturedCount: Int,
    carriedCount: Int
  ) {
    self.body = body
    self.tripCount = tripCount
    self.reverse = reverse
    self.axis = axis
    self.capturedCount = capturedCount
    self.carriedCount = carriedCount
  }
}

/// A named function that carries its own expansion.
///
/// The executor and exporters may match the name;
/// every other reader inlines the body.
public struct CompositeOp: Sendable {
  /// What the executor and exporters match, such as `softmax`.
  public var name: String
  /// Numbers that the expansion has built in, for those who match the name.
  public var attributes: [String: Attribute]
  /// The expansion.
  public var body: Program
  /// Optional own gradient: inputs are the operands, the results, then the results' cotangents;
  /// outputs are the operands' cotangents.
  public var gradient: Program?

  /// An attribute of a composite.
  public enum Attribute: Hashable, Sendable {
    /// A whole number.
    case int(Int)
    /// Whole numbers.
    case ints([Int])
    /// A number.
    case double(Double)
    /// A flag.
    case bool(Bool)
    /// A word.
    case string(String)
  }

  /// Makes a composite.
  public init(
    name: String, attributes: [String: Attribute] = [:], body: Program, gradient: Program? = nil
  ) {
    self.name = name
    self.attributes = attributes
    self.body = body
    self.gradient = gradient
  }
}
