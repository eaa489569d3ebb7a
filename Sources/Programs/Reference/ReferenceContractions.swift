import Tensors

/// A number in which sums of products accumulate.
private protocol Accumulator {
  static var zero: Self { get }
  /// Adds a product, wrapping if integral.
  mutating func add(_ a: Self, times b: Self)
}

extension Double: Accumulator {
  fileprivate mutating func add(_ a: Double, times b: Double) { self += a * b }
}

extension Int64: Accumulator {
  fileprivate mutating func add(_ a: Int64, times b: Int64) { self &+= a &* b }
}

extension ContractionOp {
  func evaluated(_ a: ReferenceArray, _ b: ReferenceArray) -> ReferenceArray {
    guard let type = try? resultType([a.type, b.type]) else {
      preconditionFailure("\(name) of operands that do not fit: verify the program.")
    }
    switch a.elements {
    case .floats(let left):
      return ReferenceArray(rounding: sums(left, a.type, b.floats, b.type, type), type)
    case .integers(let left):
      return ReferenceArray(wrapping: sums(left, a.type, b.integers, b.type, type), type)
    }
  }

  private func sums<Number: Accumulator>(
    _ left: [Number], _ leftType: ValueType, _ right: [Number], _ rightType: ValueType,
    _ result: ValueType
  ) -> [Number] {
    switch self {
    case .dot(let dimensions):
      dimensions.sums(left, leftType.shape, right, rightType.shape)
    case .convolution(let dimensions):
      dimensions.sums(left, leftType.shape, right, rightType.shape, result.shape)
    }
  }
}

extension DotDimensions {
  fileprivate func sums<Number: Accumulator>(
    _ left: [Number], _ leftShape: Shape, _ right: [Number], _ rightShape: Shape
  ) -> [Number] {
    func offsets(_ shape: Shape, _ axes: [Int]) -> [Int] {
      let strides = shape.rowMajorStrides
      return Positions.walk(axes.map { shape[$0] }, axes.map { strides[$0] })
    }
    func free(_ shape: Shape, _ bound: [Int]) -> [Int] {
      offsets(shape, shape.indices.filter { !bound.contains($0) })
    }
    let batches = zip(offsets(leftShape, leftBatch), offsets(rightShape, rightBatch))
    let leftFree = free(leftShape, leftBatch + leftContracting)
    let rightFree = free(rightShape, rightBatch + rightContracting)
    let terms = Array(
      zip(offsets(leftShape, leftContracting), offsets(rightShape, rightContracting)))
    var result: [Number] = []
    for (leftBase, rightBase) in batches {
      for row in leftFree {
        for column in rightFree {
          var sum = Number.zero
          for (i, j) in terms {
            sum.add(left[leftBase + row + i], times: right[rightBase + column + j])
          }
          result.append(sum)
        }
      }
    }
    return result
  }
}

extension ConvolutionDimensions {
  fileprivate func sums<Number: Accumulator>(
    _ input: [Number], _ inputShape: Shape, _ kernel: [Number], _ kernelShape: Shape,
    _ resultShape: Shape
  ) -> [Number] {
    let spatial = strides.count
    let inputStrides = inputShape.rowMajorStrides
    let taps = Positions.indices(Array(kernelShape[..<spatial]))
    let places = Positions.indices(Array(resultShape[1...].prefix(spatial)))
    let channels = kernelShape[spatial]
    let outputs = kernelShape[spatial + 1]
    var result: [Number] = []
    for row in 0..<resultShape[0] {
      for place in places {
        let sources = taps.map { source(place, $0, inputShape, inputStrides) }
        for output in 0..<outputs {
          let batchGroup = output / (outputs / batchGroups)
          let featureGroup = output / (outputs / featureGroups)
          let inputRow = batchGroup * resultShape[0] + row
          let base = inputRow * inputStrides[0] + featureGroup * channels
          var sum = Number.zero
          for (tap, source) in sources.enumerated() where source >= 0 {
            for channel in 0..<channels {
              let weight = kernel[(tap * channels + channel) * outputs + output]
              sum.add(input[base + source + channel], times: weight)
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  /// The offset in the input of what a tap sees from an output place; -1 for padding.
  private func source(
    _ place: [Int], _ tap: [Int], _ inputShape: Shape, _ inputStrides: [Int]
  ) -> Int {
    var offset = 0
    for axis in place.indices {
      let stuffed = place[axis] * strides[axis] + tap[axis] * kernelDilation[axis] - padLow[axis]
      let index = stuffed / inputDilation[axis]
      guard stuffed >= 0, stuffed % inputDilation[axis] == 0, index < inputShape[axis + 1] else {
        return -1
      }
      offset += index * inputStrides[axis + 1]
    }
    return offset
  }
}
