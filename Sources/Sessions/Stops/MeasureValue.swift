import Runtime
import Tensors

/// Numbers made of the elements of an array that a condition looks at.
enum MeasureValue {
  /// The value of a measure; nil where there is no element.
  static func value(
    _ measure: StepCondition.Measure, _ part: StepArray.Part, _ selection: ElementSelection
  ) -> Double? {
    switch measure {
    case .entropy: return entropy(part, selection)
    case .valid:
      var count = 0
      let mask = part.mask ?? part.values
      ElementSelection(slice: nil, filters: selection.filters)
        .visit(StepArray.Part(values: mask, mask: nil, firstTime: part.firstTime)) { value, _ in
          count += value == 0 ? 0 : 1
        }
      return Double(count)
    case .absmax, .min, .max, .mean, .norm, .rms: break
    }
    var result: Double?
    var count = 0
    selection.visit(part) { value, _ in
      count += 1
      switch measure {
      case .absmax: result = larger(result, value.magnitude)
      case .max: result = larger(result, value)
      case .min: result = result.map { value.isNaN || value < $0 ? value : $0 } ?? value
      case .mean: result = (result ?? 0) + value
      case .norm, .rms: result = (result ?? 0) + value * value
      case .entropy, .valid: break
      }
    }
    switch measure {
    case .mean: return result.map { $0 / Double(count) }
    case .norm: return result.map { $0.squareRoot() }
    case .rms: return result.map { ($0 / Double(count)).squareRoot() }
    case .absmax, .min, .max, .entropy, .valid: return result
    }
  }

  /// NaN wins, for it must be seen.
  private static func larger(_ a: Double?, _ b: Double) -> Double {
    guard let a else { return b }
    return b.isNaN || b > a ? b : a
  }

  /// The least entropy of softmax over the last axis, in nats.
  private static func entropy(_ part: StepArray.Part, _ selection: ElementSelection) -> Double? {
    var groups: [[Int]: [Double]] = [:]
    selection.visit(part) { value, index in
      groups[Array(index.dropLast()), default: []].append(value)
    }
    return groups.values.map { logits in
      let top = logits.max() ?? 0
      let weights = logits.map { DecodingMath.exp($0 - top) }
      let total = weights.reduce(0, +)
      return weights.reduce(0) { sum, weight in
        weight > 0 ? sum - weight / total * DecodingMath.log(weight / total) : sum
      }
    }.min()
  }

  /// The largest magnitude of singles that all count; NaN where there is one.
  static func largestMagnitude(_ bytes: UnsafeRawBufferPointer) -> Double {
    guard let base = bytes.baseAddress else { return 0 }
    let count = bytes.count / 4
    var high = SIMD8<Float>.zero
    var sum = SIMD8<Float>.zero
    var place = 0
    while place + 8 <= count {
      let part = (base + place * 4).loadUnaligned(as: SIMD8<Float>.self)
      let negative = -part
      let magnitude = part.replacing(with: negative, where: part .< 0)
      high.replace(with: magnitude, where: magnitude .> high)
      sum += part
      place += 8
    }
    var result = high.max()
    var rest = sum.sum()
    while place < count {
      let value = base.loadUnaligned(fromByteOffset: place * 4, as: Float.self)
      result = max(result, value.magnitude)
      rest += value
      place += 1
    }
    // The sum of an infinity and its opposite is NaN too.
    guard rest.isNaN else { return Double(result) }
    let hasNaN = (0..<count).contains {
      base.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self).isNaN
    }
    return hasNaN ? .nan : Double(result)
  }
}
