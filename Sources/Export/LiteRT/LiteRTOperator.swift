import Tensors

/// A built-in operator of LiteRT: its code, version and options, numbered as in `schema.fbs`.
struct LiteRTOperator: Hashable {
  var name: String
  var code: Int
  var version = 1
  /// The member of the union of options, and the fields of its table; 0 for operators without.
  var options = 0
  var fields: [Int: Option] = [:]

  /// A field of an options table.
  enum Option: Hashable {
    case byte(Int)
    case bool(Bool)
    case int(Int)
    case float(Float)

    var field: FlatField {
      switch self {
      case .byte(let value): .byte(value)
      case .bool(let value): .bool(value)
      case .int(let value): .int(value)
      case .float(let value): .float(value)
      }
    }
  }

  init(
    _ name: String, _ code: Int, version: Int = 1, options: Int = 0,
    _ fields: [Int: Option] = [:]
  ) {
    self.name = name
    self.code = code
    self.version = version
    self.options = options
    self.fields = fields
  }
}

extension LiteRTOperator {
  static let reshape = LiteRTOperator("RESHAPE", 22, options: 17)
  static let transpose = LiteRTOperator("TRANSPOSE", 39, options: 26)
  static let broadcastTo = LiteRTOperator("BROADCAST_TO", 130, version: 2, options: 104)
  static let slice = LiteRTOperator("SLICE", 65, options: 48)
  static let stridedSlice = LiteRTOperator("STRIDED_SLICE", 45, options: 32)
  static let pad = LiteRTOperator("PADV2", 60, options: 43)
  static let reverse = LiteRTOperator("REVERSE_V2", 105, options: 81)
  static let select = LiteRTOperator("SELECT_V2", 123, options: 98)
  static let bitcast = LiteRTOperator("BITCAST", 159, options: 124)
  static let topK = LiteRTOperator("TOPK_V2", 48, options: 34)
  static let scatter = LiteRTOperator("SCATTER_ND", 122, options: 97)
  static let dynamicUpdateSlice = LiteRTOperator("DYNAMIC_UPDATE_SLICE", 151, options: 117)
  static let softmax = LiteRTOperator("SOFTMAX", 25, options: 9, [0: .float(1)])
  static let fullyConnected = LiteRTOperator("FULLY_CONNECTED", 9, options: 8, [0: .byte(0)])
  static let batchMatMul = LiteRTOperator(
    "BATCH_MATMUL", 126, options: 101, [0: .bool(false), 1: .bool(false)])
  static let add = LiteRTOperator("ADD", 0, options: 11, [0: .byte(0)])
  static let sub = LiteRTOperator("SUB", 41, options: 28, [0: .byte(0)])
  static let less = LiteRTOperator("LESS", 58, options: 41)

  /// Weights in single precision, of half precision or of integers.
  static func dequantize(halves: Bool) -> LiteRTOperator {
    LiteRTOperator("DEQUANTIZE", 6, version: halves ? 3 : 5, options: 38)
  }

  static func concatenation(axis: Int) -> LiteRTOperator {
    LiteRTOperator("CONCATENATION", 2, options: 10, [0: .int(axis)])
  }

  static func gather(axis: Int, batchAxes: Int = 0) -> LiteRTOperator {
    LiteRTOperator(
      "GATHER", 36, version: batchAxes > 0 ? 5 : 1, options: 23,
      [0: .int(axis), 1: .int(batchAxes)])
  }

  static func cast(from source: Int, to target: Int) -> LiteRTOperator {
    LiteRTOperator("CAST", 53, options: 37, [0: .byte(source), 1: .byte(target)])
  }

  static func cumulativeSum(reverse: Bool) -> LiteRTOperator {
    LiteRTOperator("CUMSUM", 128, options: 102, [0: .bool(false), 1: .bool(reverse)])
  }

  static func argReduce(isMax: Bool) -> LiteRTOperator {
    isMax
      ? LiteRTOperator("ARG_MAX", 56, options: 40, [0: .byte(2)])
      : LiteRTOperator("ARG_MIN", 79, options: 57, [0: .byte(2)])
  }

  static func loop(condition: Int, body: Int) -> LiteRTOperator {
    LiteRTOperator("WHILE", 119, options: 93, [0: .int(condition), 1: .int(body)])
  }

  /// Padding 1 is VALID; strides and dilations of height, then width.
  static func convolution2D(strides: [Int], dilation: [Int]) -> LiteRTOperator {
    LiteRTOperator(
      "CONV_2D", 3, options: 1,
      [
        0: .byte(1), 1: .int(strides[1]), 2: .int(strides[0]), 3: .byte(0), 4: .int(dilation[1]),
        5: .int(dilation[0]),
      ])
  }

  static func depthwise(strides: [Int], dilation: [Int], multiplier: Int) -> LiteRTOperator {
    LiteRTOperator(
      "DEPTHWISE_CONV_2D", 4, version: dilation.contains { $0 > 1 } ? 2 : 1, options: 2,
      [
        0: .byte(1), 1: .int(strides[1]), 2: .int(strides[0]), 3: .int(multiplier), 4: .byte(0),
        5: .int(dilation[1]), 6: .int(dilation[0]),
      ])
  }

  static func convolution3D(strides: [Int], dilation: [Int]) -> LiteRTOperator {
    LiteRTOperator(
      "CONV_3D", 132, options: 106,
      [
        0: .byte(1), 1: .int(strides[0]), 2: .int(strides[2]), 3: .int(strides[1]), 4: .byte(0),
        5: .int(dilation[0]), 6: .int(dilation[2]), 7: .int(dilation[1]),
      ])
  }
}
