import Execution
import Programs
import Tensors
import Testing

/// Composites with kernels of their own, against their expansions in the reference evaluator.
@Suite("Composites run as their expansions say")
struct CompositeTests {
  static func f32(_ shapes: Shape...) -> [ValueType] { shapes.map { ValueType(.float32, $0) } }

  static let softmaxes: [ProgramCase] = [[3, 17], [2, 3, 40], [1, 1]].flatMap { shape in
    [0, shape.count - 1].map { axis in
      ProgramCase("softmax \(shape) along \(axis)", operands: f32(shape)) { x in
        Value.composite(.softmax(axis: axis), [x[0].scaled(by: 5)]) { x in
          let top = x[0].reduced(.max, axes: [axis], keepingAxes: true)
          let powers = (x[0] - top).unary(.exp)
          return [powers / powers.reduced(.sum, axes: [axis], keepingAxes: true)]
        }
      }
    }
  }

  @Test("softmax along the last axis and others", arguments: softmaxes)
  func exponentials(_ item: ProgramCase) throws { try checkPlans(item) }

  /// Norms of `[2, 3, 4, 5]` over the last axes, with factors as far as asked for.
  static let norms: [ProgramCase] = [[3], [2, 3]].flatMap { (axes: [Int]) in
    [(false, false), (true, false), (true, true), (false, true)].flatMap { (scaled, shifted) in
      [false, true].compactMap { centred -> ProgramCase? in
        if !centred && shifted { return nil }
        let shape: Shape = [2, 3, 4, 5]
        let extents = axes.map { shape[$0] }
        let factor: Shape = [1, 1] + (axes.count == 1 ? [1] : []) + extents
        let name = centred ? "layerNorm" : "rmsNorm"
        let text = "\(name) over \(axes), scale \(scaled), bias \(shifted)"
        return ProgramCase(text, operands: f32(shape, factor, factor)) { x in
          var operands = [x[0]]
          if scaled { operands.append(x[1]) }
          if shifted { operands.append(x[2]) }
          return norm(centred, axes, extents.reduce(1, *), operands, scaled, shifted)
        }
      }
    }
  }

  private static func norm(
    _ isCentred: Bool, _ axes: [Int], _ count: Int, _ operands: [Value], _ scaled: Bool,
    _ shifted: Bool
  ) -> [Value] {
    let attributes = KnownComposite.NormalizationAttributes(
      axes: axes, epsilon: 1e-3, usesScale: scaled, usesBias: shifted)
    return Value.composite(isCentred ? .layerNorm(attributes) : .rmsNorm(attributes), operands) {
      x in
      let mean: (Value) -> Value = { value in
        value.reduced(.sum, axes: axes, keepingAxes: true).scaled(by: 1 / Double(count))
      }
      let centred = isCentred ? x[0] - mean(x[0]) : x[0]
      var y = centred * mean(centred * centred).adding(1e-3).unary(.rsqrt)
      if scaled { y = y * x[1] }
      if shifted { y = y + x[x.count - 1] }
      return [y]
    }
  }

  @Test("norms with and without factors", arguments: norms)
  func normalises(_ item: ProgramCase) throws { try checkPlans(item) }

  static let cells: [ProgramCase] = [(1, 5), (3, 16), (2, 33)].map { (batch, units) in
    let state = ValueType(.float32, [batch, units])
    let operands = [
      ValueType(.float32, [batch, 4 * units]), state, state, ValueType(.bool, [batch]),
    ]
    return ProgramCase("LSTM cell of \(units) units", operands: operands) { x in
      Value.composite(.lstmCell, x) { x in
        let part: (Int) -> Value = { x[0].sliced(axis: 1, from: $0 * units, to: ($0 + 1) * units) }
        let kept = part(1).unary(.sigmoid) * x[1]
        let c = kept + part(0).unary(.sigmoid) * part(2).unary(.tanh)
        let h = part(3).unary(.sigmoid) * c.unary(.tanh)
        let isValid = x[3].expandingAxes([1])
        return [isValid.select(c, x[1]), isValid.select(h, x[2])]
      }
    }
  }

  @Test("LSTM cells, where invalid rows stand still", arguments: cells)
  func steps(_ item: ProgramCase) throws { try checkPlans(item) }

  /// An attention of 4 query heads on 2 key heads.
  struct Attention {
    var queries = 5
    var keys = 9
    var past = -1
    var future = -1
    var softCap = 0.0
    var zeroFullyMasked = false
    var hasBias = false
    var emits = false
    var hidesAll = false
    var slides = false

    var item: ProgramCase {
      var operands = CompositeTests.f32([2, queries, 4, 3], [2, keys, 2, 3], [2, keys, 2, 6])
      operands.append(ValueType(.bool, [2, keys]))
      if hasBias { operands.append(ValueType(.float32, [1, 4, queries, keys])) }
      return ProgramCase("\(self)", operands: operands) { x in
        var x = x
        if hidesAll { x[3] = x[3].and(x[3].unary(.not)) }
        return Value.composite(.attention(attributes), x) { expanded($0) }
      }
    }

    private var attributes: KnownComposite.AttentionAttributes {
      KnownComposite.AttentionAttributes(
        past: past, future: future, offset: keys - queries, softCap: softCap,
        zerosFullyMasked: zeroFullyMasked, hasBias: hasBias, isSliding: slides)
    }

    private func expanded(_ x: [Value]) -> [Value] {
      // Every key head serves two neighbouring query heads.
      let twice: (Value) -> Value = { value in
        let (k, h) = (value.shape[1], value.shape[3])
        return value.reshaped([2, k, 2, 1, h]).broadcast(to: [2, k, 2, 2, h])
          .reshaped([2, k, 4, h])
      }
      var logits = x[0].dot(
        twice(x[1]),
        DotDimensions(
          leftBatch: [0, 2], rightBatch: [0, 2], leftContracting: [3], rightContracting: [3]))
      if hasBias { logits = logits + x[4] }
      if softCap > 0 { logits = logits.scaled(by: 1 / softCap).unary(.tanh).scaled(by: softCap) }
      let builder = x[0].builder
      let type = ValueType(.int32, [queries, keys])
      let place = builder.iota(type, axis: 0).adding(Double(keys - queries))
      let key = builder.iota(type, axis: 1)
      var visible = x[3].reshaped([2, 1, 1, keys]).broadcast(to: [2, 4, queries, keys])
      if past >= 0 { visible = visible.and((place - key) .<= constant(Double(past), like: key)) }
      if future >= 0 {
        visible = visible.and((key - place) .<= constant(Double(future), like: key))
      }
      let masked = visible.select(logits, constant(-1e9, like: logits))
      let powers = (masked - masked.reduced(.max, axes: [3], keepingAxes: true)).unary(.exp)
      var share = powers / powers.reduced(.sum, axes: [3], keepingAxes: true)
      if zeroFullyMasked {
        share = visible.reduced(.or, axes: [3], keepingAxes: true)
          .select(share, constant(0, like: share))
      }
      let context = share.dot(
        twice(x[2]),
        DotDimensions(
          leftBatch: [0, 1], rightBatch: [0, 2], leftContracting: [3], rightContracting: [1]))
      let result = context.transposed([0, 2, 1, 3])
      return emits ? [result, share.transposed([0, 2, 1, 3])] : [result]
    }
  }

  static let attentions: [ProgramCase] = [
    Attention(), Attention(past: 3, future: 0), Attention(future: 0, softCap: 2, emits: true),
    Attention(past: 2, future: 1, hasBias: true, emits: true),
    Attention(queries: 40, keys: 70, past: 20, future: 3),
    Attention(queries: 3, keys: 4200, past: 4150, future: 9, slides: true),
    Attention(hidesAll: true),
    Attention(zeroFullyMasked: true, emits: true, hidesAll: true), Attention(queries: 1, keys: 50),
  ].map(\.item)

  @Test("attention with bands, masks, bias, cap and grouped heads", arguments: attentions)
  func attends(_ item: ProgramCase) throws { try checkPlans(item) }
}

/// A number of a value's dtype, broadcast to its shape.
private func constant(_ number: Double, like value: Value) -> Value {
  value.builder.scalar(number, value.dtype).broadcast(to: value.shape)
}
