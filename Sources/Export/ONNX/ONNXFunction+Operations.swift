import Programs
import Tensors

extension ONNXFunction {
  /// Writes an operation, or keeps it until it is needed.
  func write(_ instruction: Instruction) throws(ExportError) {
    let (x, results) = (instruction.operands, instruction.results)
    let (op, type) = (instruction.op, self[results[0]])
    switch op {
    case .constant(let tensor): define(results[0], constant: tensor)
    case .stopGradient: define(results[0], as: x[0])
    case .convert(let dtype):
      guard self[x[0]].dtype != dtype else { return define(results[0], as: x[0]) }
      define(results[0], cast(try value(x[0]), to: try code(dtype, "convert")))
    case .bitcast(let dtype): try bitcast(x[0], dtype, results[0])
    case .unary(let function):
      guard let kind = function.onnxKind(type.dtype) else {
        throw unsupported(function.rawValue, type)
      }
      define(results[0], add(kind, [try value(x[0])]))
    case .binary(let function): try binary(function, x, results[0])
    case .compare(let function):
      define(results[0], add(function.onnxKind, try elementwise(x, type.shape)))
    case .select: define(results[0], add("Where", try elementwise(x, type.shape)))
    case .movement(let movement): try move(movement, x, results[0])
    case .reduction(let reduction): try reduce(reduction, x[0], results)
    case .contraction(.dot):
      let right =
        if let matrix = constant(x[1]), matrix.rank == 2 {
          try add(weights: matrix, channels: 1)
        } else { try value(x[1]) }
      define(results[0], add("MatMul", [try value(x[0]), right]))
    case .contraction(.convolution(let dimensions)):
      define(results[0], try convolution(dimensions, x[0], x[1]))
    case .indexing(let indexing): define(results[0], try index(indexing, x, type))
    case .loop(let loop): try write(loop, x, results)
    case .composite(let composite): try write(composite, x, results)
    case .iota, .random, .fft: throw unsupported(op.name, type)
    }
  }

  private func write(
    _ composite: CompositeOp, _ x: [ValueID], _ results: [ValueID]
  ) throws(ExportError) {
    guard composite.name != LSTMStep.name else { return try writeLSTM(x, results) }
    guard let known = composite.known else { throw unsupported(composite.name, self[x[0]]) }
    switch known {
    case .softmax(let axis):
      define(results[0], add("Softmax", [try value(x[0])], [("axis", .int(axis))]))
    case .rmsNorm, .layerNorm, .lstmCell, .attention, .complexAbs, .gradientClipping:
      throw unsupported(composite.name, self[x[0]])
    }
  }

  /// Words of the same size read as signed or unsigned: casts of integers keep the bits.
  private func bitcast(
    _ x: ValueID, _ dtype: DType, _ result: ValueID
  ) throws(ExportError) {
    let source = self[x]
    guard source.dtype.isInteger, dtype.isInteger else { throw unsupported("bitcast", source) }
    define(result, cast(try value(x), to: try code(dtype, "bitcast")))
  }

  private func binary(
    _ function: BinaryOp, _ x: [ValueID], _ result: ValueID
  ) throws(ExportError) {
    let type = self[result]
    let names = try elementwise(x, type.shape)
    switch function {
    case .shr where type.dtype == .uint32, .shl where type.dtype == .uint32:
      let direction = function == .shr ? "RIGHT" : "LEFT"
      define(result, add("BitShift", names, [("direction", .text(direction))]))
    case .rem: define(result, add("Mod", names, [("fmod", .int(1))]))
    case .add, .sub, .mul, .div, .max, .min, .pow, .and, .or, .xor, .shl, .shr:
      guard let kind = function.onnxKind(type.dtype) else {
        throw unsupported(function.rawValue, type)
      }
      define(result, add(kind, names))
    }
  }

  private func move(
    _ movement: MovementOp, _ x: [ValueID], _ result: ValueID
  ) throws(ExportError) {
    switch movement {
    case .reshape(let shape):
      define(
        result, add("Reshape", [try value(x[0]), numbers(shape)], [("allowzero", .int(1))]))
    case .transpose(let permutation):
      define(result, add("Transpose", [try value(x[0])], [("perm", .ints(permutation))]))
    case .broadcast: define(result, broadcastOf: x[0])
    case .slice(let start, let limit, let stride):
      let axes = numbers(Array(start.indices))
      define(
        result,
        add(
          "Slice", [try value(x[0]), numbers(start), numbers(limit), axes, numbers(stride)]))
    case .pad(let low, let high, _):
      define(result, add("Pad", [try value(x[0]), numbers(low + high), try value(x[1])]))
    case .reverse(let axes):
      let last = numbers(axes.map { _ in -1 })
      let end = numbers(axes.map { _ in -(1 << 31) })
      define(result, add("Slice", [try value(x[0]), last, end, numbers(axes), last]))
    case .concatenate(let axis):
      var parts: [String] = []
      for part in x where self[part].shape[axis] > 0 { parts.append(try value(part)) }
      define(result, add("Concat", parts, [("axis", .int(axis))]))
    }
  }

  private func reduce(
    _ reduction: ReductionOp, _ x: ValueID, _ results: [ValueID]
  ) throws(ExportError) {
    let type = self[results[0]]
    let source = try value(x)
    switch reduction {
    case .reduce(let kind, let axes):
      guard let node = kind.onnxKind, type.dtype != .bool else {
        throw unsupported("reduce \(kind.rawValue)", type)
      }
      define(results[0], add(node, [source, numbers(axes)], [("keepdims", .int(0))]))
    case .argReduce(let kind, let axis):
      let places = add(
        kind == .max ? "ArgMax" : "ArgMin", [source], [("axis", .int(axis)), ("keepdims", .int(0))])
      define(results[0], cast(places, to: 6))
    case .cumulative(let kind, let axis, let reverse):
      guard kind == .sum else { throw unsupported("cumulative", type) }
      let inputs = [source, numbers([axis], shape: [])]
      define(results[0], add("CumSum", inputs, [("reverse", .int(reverse ? 1 : 0))]))
    case .sort(let axis, let descending):
      let outputs = add(
        "TopK", [source, numbers([type.shape[axis]])], results: 2,
        [("axis", .int(axis)), ("largest", .int(descending ? 1 : 0)), ("sorted", .int(1))])
      define(results[0], outputs[0])
      define(results[1], cast(outputs[1], to: 6))
    case .reduceWindow: throw unsupported("reduceWindow", type)
    }
  }

  private func index(
    _ op: IndexingOp, _ x: [ValueID], _ type: ValueType
  ) throws(ExportError) -> String {
    switch op {
    case .gather(let axis, let batchAxes, _):
      guard batchAxes > 0 else {
        let attributes: [(String, ONNXAttribute)] = [("axis", .int(axis))]
        let places = try value(x[1])
        // Of stored tables what is looked up is converted, not all of it in every run.
        if let table = constant(x[0]), axis < table.rank - 1 {
          return try add(
            weights: table, channels: table.rank - 1, resultAxis: type.rank - 1
          ) { add("Gather", [$0, places], attributes) }
        }
        return add("Gather", [try value(x[0]), places], attributes)
      }
      let places = cast(try value(x[1]), to: 7)
      let shape = numbers(self[x[1]].shape + [1])
      let indices = add("Reshape", [places, shape], [("allowzero", .int(1))])
      return add("GatherND", [try value(x[0]), indices], [("batch_dims", .int(batchAxes))])
    case .scatterAdd:
      let places = cast(try value(x[1]), to: 7)
      let indices = add("Reshape", [places, numbers([self[x[1]].shape.elementCount, 1])])
      return add(
        "ScatterND", [try value(x[0]), indices, try value(x[2])], [("reduction", .text("add"))])
    case .dynamicSlice, .dynamicUpdate: throw unsupported(op.name, type)
    }
  }
}
