import Programs
import Tensors

/// Random numbers of a layer that depend only on seed, layer path, the row's own key and the position:
/// the same in `layer` and `step`, whatever the blocks, the other rows, or the order of rows.
///
/// State leaves: `rowKey u32[b]` and `position i32[b]`, the position of the next timestep, which
/// behind a latency starts at minus the number of timesteps before the first layer-wise one.
struct RandomDraws {
  /// Whether all rows share their draws.
  var sharesRows = false
  /// Whether all timesteps share their draws.
  var sharesTime = false
  /// Another seed, `u32[2]`, and stream than those of the model and the layer's path.
  var own: (seed: Value, stream: UInt32)?

  private static let counter = PositionCounter(countsValidOnly: false)

  func declareState(in state: inout LayerState, _ context: LayerContext) {
    state.declare("rowKey", context.rowKeys)
    Self.counter.declareState(in: &state, context)
  }

  /// Random words `u32[b, t, count]` for a whole sequence; extent 1 where draws are shared.
  func words(_ count: Int, _ x: SequenceValue, _ context: LayerContext) -> Value {
    words(count, keys: context.rowKeys, positions: Self.counter.positions(x), context)
  }

  /// Random words `u32[b, t, count]` for a block; moves the state on.
  func words(
    _ count: Int, _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> Value {
    let positions = Self.counter.advance(x, &state)
    return words(count, keys: state["rowKey"], positions: positions, context)
  }

  /// Random words `u32[b, t, count]` for rows of given keys `u32[b]` at given positions `i32[b, t]`.
  func words(
    _ count: Int, keys: Value, positions: Value, _ context: LayerContext
  ) -> Value {
    let builder = context.builder
    let rows = sharesRows ? 1 : positions.shape[0]
    let time = sharesTime ? 1 : positions.shape[1]
    var places = positions.sliced(axis: 0, from: 0, to: rows)
    if sharesTime { places = builder.full(0, ValueType(.int32, [rows, 1])) }
    let rowKeys = sharesRows ? builder.full(0, ValueType(.uint32, [1])) : keys
    let shape: Shape = [rows, time, count]
    guard shape.elementCount > 0 else { return builder.full(0, ValueType(.uint32, shape)) }
    return builder.random(
      seed: own?.seed ?? context.seed, rowKeys: rowKeys, positions: places,
      stream: own?.stream ?? context.randomStream, count: count)
  }
}

extension Value {
  /// Random words as float32 numbers in `0 ..< 1`, multiples of 2⁻²⁴.
  var uniform: Value {
    binary(.shr, 8).converted(to: .float32).scaled(by: 0x1p-24)
  }

  /// Random words as float32 numbers in `-1 < x < 1`, odd multiples of 2⁻²³, as many on either side.
  var symmetricUniform: Value {
    let odd = binary(.shr, 9).converted(to: .float32).scaled(by: 2).adding(1)
    return odd.scaled(by: 0x1p-23).adding(-1)
  }

  /// The inverse of the error function for float32 numbers within `-1 < x < 1`, to about 4e-7 of the
  /// result.
  ///
  /// Source: M. Giles, Approximating the erfinv function, GPU Computing Gems Jade Edition, 2011.
  var erfInverse: Value {
    let outside = (scalarLike(1) - self) * (scalarLike(1) + self)
    let w = outside.unary(.log).unary(.neg)
    let isCentral = w .< w.scalarLike(5)
    let central = w.adding(-2.5).polynomial([
      2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
      -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
    ])
    let tail = w.unary(.sqrt).adding(-3).polynomial([
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
      -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
    ])
    return isCentral.select(central, tail) * self
  }

  /// The polynomial with these coefficients, the highest power first.
  private func polynomial(_ coefficients: [Double]) -> Value {
    coefficients.dropFirst().reduce(scalarLike(coefficients[0])) { ($0 * self).adding($1) }
  }
}
