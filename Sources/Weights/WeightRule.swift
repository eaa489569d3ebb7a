package import Tensors

/// How an array of another framework becomes one of ours: a conversion of layout with a name.
package enum WeightRule: Hashable, Sendable {
  /// The last two axes change places: `[out, in]` becomes `[in, out]`.
  case transpose
  /// `[out, in, k…]` becomes `[k…, in, out]`.
  case convolution
  /// `[in, out, k…]` becomes `[k…, in, out]` with the taps in reverse, as transposed convolutions have them.
  case transposedConvolution
  /// Gates in another order along the first axis, such as `iofc` to `ifco`; `g` is `c`, `n` is `h`.
  case gates(from: String, to: String)
  /// One of several equal parts of the first axis, as queries, keys and values that are joined.
  case part(Int, of: Int)
  /// Rotary pairs `2i, 2i+1` become `i, i + d/2`, in each of some heads along the first axis.
  case rotary(heads: Int)
  /// The same elements under another shape; one extent may be -1.
  case reshape([Int])
  /// Of several arrays of one target: joined along the first axis, instead of one alone.
  case join
  /// Of several arrays of one target: their sum, as the two biases of a recurrent layer.
  case sum

  /// What is written for each, for messages.
  package static let forms =
    "transpose, conv, convtranspose, gates=iofc>ifco, part=0/3, rotary=HEADS, reshape=A,B, join or sum"

  /// Reads a rule as it is written; nil if it is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    let value = parts.count > 1 ? parts[1] : ""
    switch parts.first ?? "" {
    case "transpose" where parts.count == 1: self = .transpose
    case "conv" where parts.count == 1: self = .convolution
    case "convtranspose" where parts.count == 1: self = .transposedConvolution
    case "join" where parts.count == 1: self = .join
    case "sum" where parts.count == 1: self = .sum
    case "gates":
      let orders = value.split(separator: ">").map { Self.plain(String($0)) }
      guard orders.count == 2, orders[0].sorted() == orders[1].sorted(),
        Set(orders[0]).count == orders[0].count
      else { return nil }
      self = .gates(from: orders[0], to: orders[1])
    case "part":
      let numbers = value.split(separator: "/").compactMap { Int($0) }
      guard numbers.count == 2, numbers[1] > 0, (0..<numbers[1]).contains(numbers[0]) else {
        return nil
      }
      self = .part(numbers[0], of: numbers[1])
    case "rotary":
      guard let heads = Int(value), heads > 0 else { return nil }
      self = .rotary(heads: heads)
    case "reshape":
      let extents = value.split(separator: ",").compactMap { Int($0) }
      guard !extents.isEmpty, extents.count == value.split(separator: ",").count,
        extents.allSatisfy({ $0 >= -1 }), extents.count(where: { $0 == -1 }) <= 1
      else { return nil }
      self = .reshape(extents)
    default: return nil
    }
  }

  /// Gates by the letters of ONNX.
  private static func plain(_ order: String) -> String {
    String(order.map { $0 == "g" ? "c" : $0 == "n" ? "h" : $0 })
  }

  /// The array in our layout; nil if its shape does not allow that.
  package func applied(to tensor: Tensor) -> Tensor? {
    let (shape, rank) = (tensor.shape, tensor.rank)
    switch self {
    case .transpose:
      guard rank >= 2 else { return nil }
      return tensor.transposed(Array(0..<rank - 2) + [rank - 1, rank - 2])
    case .convolution:
      guard rank >= 3 else { return nil }
      return tensor.transposed(Array(2..<rank) + [1, 0])
    case .transposedConvolution:
      guard rank >= 3 else { return nil }
      let taps = shape[2...].reduce(1, *)
      let inner = tensor.transposed(Array(2..<rank) + [0, 1])
      let rows = inner.reshaped([taps] + inner.shape.suffix(2))
      return rows.takingRows(Array((0..<taps).reversed())).reshaped(inner.shape)
    case .gates(let from, let to):
      guard let rows = shape.first, rows % from.count == 0 else { return nil }
      let units = rows / from.count
      let order = to.compactMap { from.map { $0 }.firstIndex(of: $0) }
      return tensor.takingRows(order.flatMap { gate in (0..<units).map { gate * units + $0 } })
    case .part(let index, let count):
      guard let rows = shape.first, rows % count == 0 else { return nil }
      let size = rows / count
      return tensor.takingRows(Array(index * size..<(index + 1) * size))
    case .rotary(let heads):
      guard let rows = shape.first, rows % (2 * heads) == 0 else { return nil }
      let size = rows / heads
      return tensor.takingRows(
        (0..<rows).map { row in
          let (head, place) = (row / size, row % size)
          let half = size / 2
          return head * size + (place < half ? 2 * place : 2 * (place - half) + 1)
        })
    case .reshape(let extents):
      let known = extents.filter { $0 != -1 }.elementCount
      guard known > 0, tensor.count % known == 0 else { return nil }
      let filled = extents.map { $0 == -1 ? tensor.count / known : $0 }
      return filled.elementCount == tensor.count ? tensor.reshaped(filled) : nil
    case .join, .sum: return tensor
    }
  }
}

extension Tensor {
  /// Axis `i` of the result is axis `order[i]`.
  fileprivate func transposed(_ order: [Int]) -> Tensor {
    let width = dtype.byteCount
    let strides = shape.rowMajorStrides
    let extents = order.map { shape[$0] }
    let steps = order.map { strides[$0] }
    let places = extents.rowMajorStrides
    return Tensor(dtype, shape: extents) { target in
      withUnsafeBytes { source in
        for element in 0..<count {
          var position = 0
          for axis in extents.indices {
            position += element / places[axis] % extents[axis] * steps[axis]
          }
          target.copyBytes(source, position * width..<(position + 1) * width, to: element * width)
        }
      }
    }
  }

  /// Some entries of the first axis, in that order.
  fileprivate func takingRows(_ rows: [Int]) -> Tensor {
    let width = byteCount / Swift.max(shape[0], 1)
    return Tensor(dtype, shape: [rows.count] + shape.dropFirst()) { target in
      withUnsafeBytes { source in
        for (place, row) in rows.enumerated() {
          target.copyBytes(source, row * width..<(row + 1) * width, to: place * width)
        }
      }
    }
  }
}
