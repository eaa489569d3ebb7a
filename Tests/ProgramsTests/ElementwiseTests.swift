import Programs
import Tensors
import Testing

@Suite("Elementwise ops")
struct ElementwiseTests {
  @Test("give hand-computed values", arguments: unary + lowPrecision + integers)
  func unaryValues(_ example: OpCase) throws { try example.check() }

  @Test("of two operands give hand-computed values", arguments: binary + compare)
  func binaryValues(_ example: OpCase) throws { try example.check() }

  @Test("that make or convert values", arguments: sources)
  func sourceValues(_ example: OpCase) throws { try example.check() }

  static let unary: [OpCase] = [
    OpCase("neg", .unary(.neg), [f32([1, -2, 0])], gives: f32([-1, 2, -0.0])),
    OpCase("abs", .unary(.abs), [f32([-1.5, 2, -0.0])], gives: f32([1.5, 2, 0])),
    OpCase(
      "sign", .unary(.sign), [f32([-3, 7, -0.0, 0, .nan, -.infinity])],
      gives: f32([-1, 1, -0.0, 0, .nan, -1])),
    OpCase(
      "exp", .unary(.exp), [f32([0, 1, -.infinity, 100])], gives: f32([1, 2.7182817, 0, .infinity])),
    OpCase("expm1", .unary(.expm1), [f32([0, 1e-6])], gives: f32([0, 1.0000005e-6])),
    OpCase("log", .unary(.log), [f32([1, 0, -1])], gives: f32([0, -.infinity, .nan])),
    OpCase(
      "log1p", .unary(.log1p), [f32([0, 1e-6, -1])], gives: f32([0, 9.999995e-7, -.infinity])),
    OpCase("sin", .unary(.sin), [f32([0, 1, -1])], gives: f32([0, 0.84147098, -0.84147098])),
    OpCase("cos", .unary(.cos), [f32([0, 1])], gives: f32([1, 0.54030231])),
    OpCase("tanh", .unary(.tanh), [f32([0, 1, -50])], gives: f32([0, 0.76159416, -1])),
    OpCase(
      "sigmoid", .unary(.sigmoid), [f32([0, 1, -1, 200, -200])],
      gives: f32([0.5, 0.73105858, 0.26894142, 1, 0])),
    OpCase("erf", .unary(.erf), [f32([0, 1])], gives: f32([0, 0.84270079])),
    OpCase(
      "sqrt", .unary(.sqrt), [f32([4, 2, -1, -0.0])], gives: f32([2, 1.41421356, .nan, -0.0])),
    OpCase(
      "rsqrt", .unary(.rsqrt), [f32([4, 0, -0.0])], gives: f32([0.5, .infinity, -.infinity])),
    OpCase("floor", .unary(.floor), [f32([1.5, -1.5, -0.0])], gives: f32([1, -2, -0.0])),
    OpCase("ceil", .unary(.ceil), [f32([1.5, -1.5, -0.5])], gives: f32([2, -1, -0.0])),
    OpCase("round", .unary(.round), [f32([0.5, 1.5, 2.5, -0.5])], gives: f32([0, 2, 2, -0.0])),
    OpCase(
      "isFinite", .unary(.isFinite), [f32([1, .nan, -.infinity])], gives: bools([1, 0, 0])),
    OpCase("stopGradient", .stopGradient, [f32([1, -0.0])], gives: f32([1, -0.0])),
  ]

  /// Results are rounded to their dtype after every op.
  static let lowPrecision: [OpCase] = [
    OpCase(
      "bf16 add rounds to 8 bits", .binary(.add),
      [tensor(.bfloat16, [256, 256]), tensor(.bfloat16, [1, 3])],
      gives: tensor(.bfloat16, [256, 260])),
    OpCase(
      "f16 mul overflows", .binary(.mul), [tensor(.float16, [256]), tensor(.float16, [256])],
      gives: tensor(.float16, [.infinity])),
    OpCase(
      "f64 keeps 53 bits", .binary(.add), [tensor(.float64, [1]), tensor(.float64, [0x1p-52])],
      gives: tensor(.float64, [1 + 0x1p-52])),
    OpCase(
      "f32 add rounds to 24 bits", .binary(.add), [f32([16_777_216]), f32([1])],
      gives: f32([16_777_216])),
  ]

  static let integers: [OpCase] = [
    OpCase(
      "i32 neg wraps", .unary(.neg), [i32([5, -2_147_483_648])], gives: i32([-5, -2_147_483_648])),
    OpCase(
      "i32 abs wraps", .unary(.abs), [i32([-5, -2_147_483_648])], gives: i32([5, -2_147_483_648])),
    OpCase("i32 sign", .unary(.sign), [i32([-5, 0, 5])], gives: i32([-1, 0, 1])),
    OpCase("u32 neg wraps", .unary(.neg), [u32([1, 0])], gives: u32([4_294_967_295, 0])),
    OpCase("bool not", .unary(.not), [bools([0, 1])], gives: bools([1, 0])),
    OpCase("i32 not", .unary(.not), [i32([0, 5])], gives: i32([-1, -6])),
    OpCase("u32 not", .unary(.not), [u32([0])], gives: u32([4_294_967_295])),
  ]

  static let binary: [OpCase] = [
    OpCase(
      "sub", .binary(.sub), [f32([1, .infinity]), f32([3, .infinity])], gives: f32([-2, .nan])),
    OpCase(
      "div", .binary(.div), [f32([1, -1, 0]), f32([4, 0, 0])], gives: f32([0.25, -.infinity, .nan])),
    OpCase(
      "rem", .binary(.rem), [f32([5.5, -5.5, 1]), f32([2, 2, 0])], gives: f32([1.5, -1.5, .nan])),
    OpCase(
      "max", .binary(.max), [f32([1, .nan, 0, -0.0]), f32([2, 1, -0.0, 0])],
      gives: f32([2, .nan, 0, 0])),
    OpCase(
      "min", .binary(.min), [f32([1, 1, 0, -0.0]), f32([2, .nan, -0.0, 0])],
      gives: f32([1, .nan, -0.0, -0.0])),
    OpCase(
      "pow", .binary(.pow), [f32([2, -2, 4, 0]), f32([10, 3, 0.5, 0])],
      gives: f32([1024, -8, 2, 1])),
    OpCase(
      "i32 add wraps", .binary(.add), [i32([2_147_483_647]), i32([1])], gives: i32([-2_147_483_648])
    ),
    OpCase("i32 mul wraps", .binary(.mul), [i32([65_536]), i32([65_536])], gives: i32([0])),
    OpCase(
      "i32 div", .binary(.div), [i32([7, -7, 7, -2_147_483_648]), i32([2, 2, 0, -1])],
      gives: i32([3, -3, 0, -2_147_483_648])),
    OpCase(
      "i32 rem", .binary(.rem), [i32([7, -7, 7, -2_147_483_648]), i32([2, 2, 0, -1])],
      gives: i32([1, -1, 0, 0])),
    OpCase("u32 sub wraps", .binary(.sub), [u32([0]), u32([1])], gives: u32([4_294_967_295])),
    OpCase(
      "u32 shl", .binary(.shl), [u32([3, 3, 3]), u32([1, 31, 32])],
      gives: u32([6, 2_147_483_648, 0])),
    OpCase(
      "u32 shr", .binary(.shr), [u32([6, 4_294_967_295]), u32([1, 40])], gives: u32([3, 0])),
    OpCase(
      "u8 shl", .binary(.shl), [tensor(.uint8, [255, 1]), tensor(.uint8, [1, 8])],
      gives: tensor(.uint8, [254, 0])),
    OpCase("i32 and", .binary(.and), [i32([12]), i32([10])], gives: i32([8])),
    OpCase("i32 or", .binary(.or), [i32([12]), i32([10])], gives: i32([14])),
    OpCase("i32 xor", .binary(.xor), [i32([12]), i32([10])], gives: i32([6])),
    OpCase(
      "bool xor", .binary(.xor), [bools([0, 1, 1]), bools([1, 1, 0])], gives: bools([1, 0, 1])),
    OpCase("bool max", .binary(.max), [bools([0, 1]), bools([0, 0])], gives: bools([0, 1])),
  ]

  static let compare: [OpCase] = [
    OpCase(
      "eq", .compare(.eq), [f32([1, .nan, 0]), f32([1, .nan, -0.0])], gives: bools([1, 0, 1])),
    OpCase("lt", .compare(.lt), [f32([1, 2, .nan]), f32([2, 2, 1])], gives: bools([1, 0, 0])),
    OpCase("le", .compare(.le), [i32([1, 2, 3]), i32([2, 2, 2])], gives: bools([1, 1, 0])),
    OpCase("u32 lt", .compare(.lt), [u32([1]), u32([4_294_967_295])], gives: bools([1])),
    OpCase(
      "select", .select, [bools([1, 0, 1]), f32([1, .nan, 3]), f32([.nan, 5, 6])],
      gives: f32([1, 5, 3])),
  ]

  static let sources: [OpCase] = [
    OpCase("constant", .constant(f32([1, 2])), [], gives: f32([1, 2])),
    OpCase(
      "iota axis 0", .iota(ValueType(.int32, [3, 2]), axis: 0), [],
      gives: i32([0, 0, 1, 1, 2, 2], [3, 2])),
    OpCase(
      "iota axis 1", .iota(ValueType(.float32, [2, 3]), axis: 1), [],
      gives: f32([0, 1, 2, 0, 1, 2], [2, 3])),
    OpCase("iota wraps", .iota(ValueType(.bool, [3]), axis: 0), [], gives: bools([0, 1, 1])),
    OpCase(
      "f32 to i32 truncates and saturates", .convert(.int32),
      [f32([1.9, -1.9, .nan, 3e9, -.infinity])],
      gives: i32([1, -1, 0, 2_147_483_647, -2_147_483_648])),
    OpCase(
      "i32 to u8 wraps", .convert(.uint8), [i32([300, -1])], gives: tensor(.uint8, [44, 255])),
    OpCase(
      "f32 to bool", .convert(.bool), [f32([0, -0.0, 0.5, .nan])], gives: bools([0, 0, 1, 1])),
    OpCase("f32 to bf16", .convert(.bfloat16), [f32([1.00390625])], gives: tensor(.bfloat16, [1])),
    OpCase("bool to f32", .convert(.float32), [bools([0, 1])], gives: f32([0, 1])),
    OpCase(
      "bitcast", .bitcast(.int32), [f32([1, -0.0])], gives: i32([1_065_353_216, -2_147_483_648])),
    OpCase("bitcast back", .bitcast(.float32), [u32([1_065_353_216])], gives: f32([1])),
  ]
}
