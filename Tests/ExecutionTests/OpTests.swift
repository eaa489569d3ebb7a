import Execution
import Programs
import Tensors
import Testing

@Suite("Every op runs as the reference evaluator says")
struct OpTests {
  static let floats: [DType] = [.float32, .float64, .bfloat16, .float16]

  static func operands(_ dtype: DType, _ shapes: Shape...) -> [ValueType] {
    shapes.map { ValueType(dtype, $0) }
  }

  static let unaries: [ProgramCase] = UnaryOp.allCases.flatMap { op in
    let dtypes: [DType] =
      switch op {
      case .not: [.bool, .int32, .uint8, .uint32]
      case .neg, .abs, .sign: floats + [.int8, .int32, .int64]
      default: floats
      }
    return dtypes.map { dtype in
      ProgramCase("\(op.rawValue) \(dtype.name)", operands: operands(dtype, [3, 7])) { x in
        let isPositive = op == .log || op == .sqrt || op == .rsqrt || op == .log1p
        return [(isPositive ? x[0].unary(.abs) : x[0]).unary(op)]
      }
    }
  }

  static let binaries: [ProgramCase] = BinaryOp.allCases.flatMap { op in
    let dtypes: [DType] =
      switch op {
      case .and, .or, .xor: [.bool, .int32, .uint8]
      case .shl, .shr: [.uint32, .uint8]
      case .pow: floats
      default: floats + [.int8, .int16, .int32, .int64, .uint8, .uint32]
      }
    return dtypes.map { dtype in
      ProgramCase("\(op.rawValue) \(dtype.name)", operands: operands(dtype, [2, 3, 4], [3, 1])) {
        [op == .pow ? $0[0].unary(.abs).binary(op, $0[1]) : $0[0].binary(op, $0[1])]
      }
    }
  }

  @Test("elementwise functions of one operand", arguments: unaries)
  func unary(_ item: ProgramCase) throws { try checkPlans(item) }

  @Test("elementwise functions of two operands", arguments: binaries)
  func binary(_ item: ProgramCase) throws { try checkPlans(item) }

  static let others: [ProgramCase] = [
    ProgramCase("compare", operands: operands(.float32, [4, 3], [3])) { x in
      CompareOp.allCases.map { x[0].compare($0, x[1]) }
    },
    ProgramCase("select", operands: operands(.float32, [4, 3], [3])) { x in
      [(x[0] .< x[1]).select(x[0], x[1])]
    },
    ProgramCase("bitcast", operands: operands(.float32, [4])) { [$0[0].bitcast(to: .uint32)] },
    ProgramCase("reshapes of transposes", operands: operands(.float32, [2, 3, 4])) { x in
      [x[0].transposed([2, 0, 1]).reshaped([4, 6]), x[0].reshaped([6, 4]).transposed([1, 0])]
    },
    ProgramCase("slices", operands: operands(.float32, [5, 8])) { x in
      let part = x[0].sliced(axis: 0, from: 1, to: 5, stride: 2).sliced(axis: 1, from: 3, to: 8)
      return [part, part + part, part.reversed(axes: [0, 1]), part.reshaped([2, 1, 5])]
    },
    ProgramCase("pad", operands: operands(.float32, [3, 4])) { x in
      [
        x[0].padded(low: [1, 0], high: [2, 3], value: 7),
        x[0].padded(low: [-1, 2], high: [1, -3], interior: [2, 1], value: -1),
        x[0].padded(low: [-2, -2], high: [0, -1], interior: [0, 3]),
      ]
    },
    ProgramCase("concatenate", operands: operands(.bfloat16, [2, 3], [2, 1], [2, 0])) { x in
      [Value.concatenate([x[0], x[1], x[2], x[0]], axis: 1)]
    },
    ProgramCase("argReduce", operands: operands(.float32, [3, 5, 2])) { x in
      [x[0].argReduced(.max, axis: 1), x[0].argReduced(.min, axis: 2)]
    },
    ProgramCase("sort", operands: operands(.int8, [3, 9, 2])) { x in
      let (up, upFrom) = x[0].sorted(axis: 1)
      let (down, downFrom) = x[0].sorted(axis: 0, descending: true)
      return [up, upFrom, down, downFrom]
    },
    ProgramCase("indexing", operands: operands(.float32, [2, 5, 3], [2, 4], [2, 4, 3])) { x in
      let index = x[1].scaled(by: 4).converted(to: .int32)
      let start = index.sliced(axis: 1, from: 0, to: 1).sliced(axis: 0, from: 0, to: 1).reshaped([])
      return [
        x[0].gathered(index, axis: 1, batchAxes: 1),
        x[0].gathered(index, axis: 1, outOfRange: .nan),
        x[0].gathered(index, axis: 2, batchAxes: 1, outOfRange: .zero),
        x[0].scatterAdding(x[2], at: index, axis: 1, batchAxes: 1),
        x[0].dynamicSlice(start: start, axis: 1, size: 3),
        x[0].dynamicUpdate(x[2], start: start, axis: 1),
      ]
    },
    ProgramCase(
      "random",
      operands: [
        ValueType(.uint32, [2]), ValueType(.uint32, [3]), ValueType(.int32, [3, 2]),
      ]
    ) { x in
      [x[0].builder.random(seed: x[0], rowKeys: x[1], positions: x[2], stream: 9, count: 6)]
    },
    // The result must not lie over the positions, even where they are the data too.
    ProgramCase("positions that are the data", operands: operands(.int32, [4], [4])) { x in
      let positions = x[0].unary(.abs)
      let data = x[1].unary(.abs)
      let start = data.sliced(axis: 0, from: 1, to: 2).reshaped([])
      return [
        positions.scatterAdding(x[1], at: positions, axis: 0),
        data.dynamicUpdate(x[1].sliced(axis: 0, from: 0, to: 2), start: start, axis: 0),
      ]
    },
    // Of truths, everything but the first is true: as bytes, not as the numbers of their places.
    ProgramCase("iota", operands: operands(.int32, [1])) { x in
      DType.allCases.filter { $0 != .complex64 }.map {
        x[0].builder.iota(ValueType($0, [2, 5]), axis: 1)
      }
    },
    ProgramCase("sorted and folded truths from iota", operands: operands(.int32, [1])) { x in
      let truths = x[0].builder.iota(ValueType(.bool, [3, 4]), axis: 0)
      let sorted = truths.sorted(axis: 0, descending: true)
      return [sorted.values, sorted.indices, truths.argReduced(.max, axis: 0)]
    },
  ]

  @Test("everything else", arguments: others)
  func other(_ item: ProgramCase) throws { try checkPlans(item) }

  static let conversions: [ProgramCase] = DType.allCases.flatMap { from in
    from == .complex64
      ? []
      : [
        ProgramCase("convert \(from.name)", operands: operands(from, [17])) { x in
          DType.allCases.filter { $0 != .complex64 }.map { x[0].converted(to: $0) }
        }
      ]
  }

  @Test("conversions", arguments: conversions)
  func conversion(_ item: ProgramCase) throws { try checkPlans(item) }

  static let reductions: [ProgramCase] = ReductionKind.allCases.flatMap { kind in
    let dtypes: [DType] =
      switch kind {
      case .sum, .prod: [.float32, .float64, .bfloat16, .int32]
      case .max, .min: [.float32, .float16, .bool, .uint8]
      case .and, .or: [.bool]
      }
    return dtypes.map { dtype in
      ProgramCase("reduce \(kind.rawValue) \(dtype.name)", operands: operands(dtype, [3, 4, 5])) {
        x in
        let window = WindowDimensions(
          size: [1, 3, 2], stride: [1, 2, 1], dilation: [1, 1, 2], padLow: [0, 2, 1],
          padHigh: [0, 1, 1])
        return [
          x[0].reduced(kind, axes: [2]), x[0].reduced(kind, axes: [0, 1]),
          x[0].reduced(kind, axes: [0, 2]), x[0].reduced(kind, axes: [0, 1, 2]),
          x[0].cumulative(kind, axis: 1), x[0].cumulative(kind, axis: 2, reverse: true),
          x[0].windowReduced(kind, window),
        ]
      }
    }
  }

  @Test("reductions", arguments: reductions)
  func reduction(_ item: ProgramCase) throws { try checkPlans(item, tolerance: 40) }

  static let contractions: [ProgramCase] = [.float32, .float64, .bfloat16, .int32].flatMap {
    (dtype: DType) in
    [
      ProgramCase("matmul \(dtype.name)", operands: operands(dtype, [2, 3, 70], [70, 65])) { x in
        [x[0].matmul(x[1]), x[0].transposed([1, 0, 2]).matmul(x[1])]
      },
      ProgramCase(
        "batched dot \(dtype.name)", operands: operands(dtype, [2, 3, 4, 5], [2, 6, 4, 5])
      ) { x in
        let scores = DotDimensions(
          leftBatch: [0, 2], rightBatch: [0, 2], leftContracting: [3], rightContracting: [3])
        let all = DotDimensions(leftContracting: [0, 3], rightContracting: [0, 3])
        return [x[0].dot(x[1], scores), x[0].dot(x[1], all)]
      },
      ProgramCase("convolution \(dtype.name)", operands: operands(dtype, [2, 9, 4], [3, 4, 6])) {
        x in
        [
          x[0].convolved(x[1], ConvolutionDimensions(spatialRank: 1)),
          x[0].convolved(
            x[1], ConvolutionDimensions(spatialRank: 1, strides: [2], padLow: [2], padHigh: [-1])),
          x[0].convolved(
            x[1],
            ConvolutionDimensions(
              spatialRank: 1, padLow: [1], padHigh: [3], inputDilation: [2], kernelDilation: [3])),
        ]
      },
      ProgramCase(
        "groups \(dtype.name)", operands: operands(dtype, [4, 7, 4], [3, 2, 6], [2, 1, 8])
      ) { x in
        [
          x[0].convolved(x[1], ConvolutionDimensions(spatialRank: 1, featureGroups: 2)),
          x[0].convolved(x[2], ConvolutionDimensions(spatialRank: 1, featureGroups: 4)),
          x[0].sliced(axis: 2, from: 0, to: 2).convolved(
            x[1], ConvolutionDimensions(spatialRank: 1, batchGroups: 2)),
        ]
      },
      ProgramCase("two axes \(dtype.name)", operands: operands(dtype, [2, 6, 5, 3], [3, 2, 3, 4])) {
        x in
        [
          x[0].convolved(
            x[1],
            ConvolutionDimensions(
              spatialRank: 2, strides: [2, 1], padLow: [1, 0], padHigh: [1, 1],
              kernelDilation: [1, 2]))
        ]
      },
    ]
  }

  @Test("sums of products", arguments: contractions)
  func contraction(_ item: ProgramCase) throws { try checkPlans(item, tolerance: 60) }

  static let transforms: [ProgramCase] = [1, 2, 5, 8, 12].flatMap { (length: Int) in
    [DType.float32, .float64].map { dtype in
      ProgramCase(
        "fft \(length) \(dtype.name)", operands: operands(dtype, [2, length], [2, length])
      ) { x in
        let builder = x[0].builder
        let half = builder.fft(.realForward, [x[0]])
        return builder.fft(.forward, x) + builder.fft(.inverse, x) + half
          + builder.fft(.realInverse(length: length), half)
      }
    }
  }

  @Test("Fourier transforms", arguments: transforms)
  func transform(_ item: ProgramCase) throws { try checkPlans(item, tolerance: 40) }

  static let loops: [ProgramCase] = [false, true].flatMap { reverse in
    [0, 1].map { axis in
      ProgramCase(
        "loop along \(axis), reverse \(reverse)",
        operands: [
          ValueType(.float32, [3, 3]), ValueType(.float32, [2, 3]), ValueType(.int32, [2]),
          ValueType(.float32, axis == 0 ? [5, 2, 3] : [2, 5, 3]),
        ]
      ) { x in
        let result = x[0].builder.loop(
          tripCount: 5, axis: axis, reverse: reverse, captured: [x[0]],
          carried: [x[1], x[2], x[1]], sliced: [x[3]]
        ) { captured, carried, slices in
          let state = (carried[0].matmul(captured[0]) + slices[0]).unary(.tanh)
          let old = carried[0].scaled(by: 2)
          return ([state, carried[1].adding(1), carried[0]], [state, old, carried[1], state])
        }
        return result.carried + result.stacked
      }
    }
  }

  @Test("loops", arguments: loops)
  func loop(_ item: ProgramCase) throws { try checkPlans(item, tolerance: 60) }
}
