import Programs
import Tensors

extension SchedulePrinter {
  mutating func print(_ task: ScheduledTask) {
    var content = results(task) + head(task)
    content += attributes(task.op).map { " \($0)" }.joined()
    let scope = schedule.scopes[task.scope]
    let path = scope.isEmpty ? "" : "  @ \(scope.isPlainPath ? scope : scope.quoted)"
    switch task.op {
    case .elementwise(let fused):
      line(content + " {")
      indented { printer in for step in fused.lines { printer.line(step) } }
      line("}" + path)
    case .loop(let loop):
      line(content + " {")
      indented { $0.print(loop) }
      print(schedule.blocks[loop.body].tasks)
      line("}" + path)
    case .rowTiles(let tiles):
      line(content + " {")
      print(tiles.tasks)
      indented { printer in
        for value in tiles.values {
          printer.line("place %\(value.buffer) \(value.rowByteCount) \(value.byteOffset)")
        }
      }
      line("}" + path)
    case .contraction, .convolution, .rowwise, .attention, .lstmCell, .copy, .pack, .generic:
      line(content + path)
    }
  }

  /// What a task writes; row tiles only name their scratch, their tasks have the results.
  private mutating func results(_ task: ScheduledTask) -> String {
    if case .rowTiles = task.op { return "" }
    var results: [String] = []
    for view in task.results {
      results.append(declarationOrNumber(view.buffer) + placeText(view))
    }
    results += task.scratch.map { "scratch \(declarationOrNumber($0))" }
    return results.joined(separator: ", ") + " = "
  }

  private mutating func head(_ task: ScheduledTask) -> String {
    if case .rowTiles(let tiles) = task.op {
      let scratch = [tiles.scratch, tiles.tables].map { declarationOrNumber($0) }
      return "= rowTiles scratch \(scratch.joined(separator: ", "))"
    }
    return task.op.name + "(" + task.operands.map(viewText).joined(separator: ", ") + ")"
  }

  private func attributes(_ op: ScheduledOp) -> [String] {
    var writer = AttributeWriter(viewText)
    switch op {
    case .contraction(var contraction): contraction.code(&writer)
    case .convolution(var convolution): convolution.code(&writer)
    case .elementwise(let fused): return ["over \(fused.shape)"]
    case .rowwise(.softmax(var length)): writer.number("length", &length, usual: nil)
    case .rowwise(.rmsNorm(var norm)), .rowwise(.layerNorm(var norm)): norm.code(&writer)
    case .attention(var attributes): attributes.code(&writer)
    case .pack(var layout): layout.code(&writer)
    case .loop(var loop): loop.code(&writer)
    case .rowTiles(var tiles): tiles.code(&writer)
    case .generic(let op): return op.attributesText.isEmpty ? [] : [op.attributesText]
    case .rowwise(.fourier), .lstmCell, .copy: break
    }
    return writer.words
  }

  /// What a loop does to slots before each iteration.
  private mutating func print(_ loop: ScheduledLoop) {
    for slice in loop.slices {
      line(
        "slice \(declarationOrNumber(slice.slot)) of \(viewText(slice.first)) step \(slice.byteStride)"
      )
    }
    for carry in loop.carries {
      let memory = carry.memory.map { " " + viewText($0) }.joined()
      let output = declarationOrNumber(carry.output)
      line(
        "carry \(declarationOrNumber(carry.input)) from \(viewText(carry.initial)) to \(output)"
          + (memory.isEmpty ? "" : " memory\(memory)"))
    }
    for stack in loop.stacks {
      line(
        "stack \(declarationOrNumber(stack.slot)) in \(viewText(stack.first)) step \(stack.byteStride)"
      )
    }
  }
}

extension FusedElementwise {
  /// The steps, one a line, and which of them are results.
  fileprivate var lines: [String] {
    let lines = steps.enumerated().map { index, step in
      let operands = step.operands.map { operand in
        switch operand {
        case .input(let input): "x\(input)"
        case .step(let step): "t\(step)"
        }
      }
      let call = "\(step.function.name)(\(operands.joined(separator: ", ")))"
      return "t\(index) = \(call) \(step.dtype.shortName)"
    }
    return lines + ["give \(results)"]
  }
}

extension ElementwiseFunction {
  /// What it is called in the text of a schedule.
  var name: String {
    switch self {
    case .unary(let op): op.rawValue
    case .binary(let op): op.rawValue
    case .compare(let op): op.rawValue
    case .select: "select"
    case .convert: "convert"
    case .activation(let activation): activation.rawValue
    }
  }

  /// The function of that name.
  init?(name: String) {
    if let op = UnaryOp(rawValue: name) {
      self = .unary(op)
    } else if let op = BinaryOp(rawValue: name) {
      self = .binary(op)
    } else if let op = CompareOp(rawValue: name) {
      self = .compare(op)
    } else if let activation = Activation(rawValue: name) {
      self = .activation(activation)
    } else if name == "select" || name == "convert" {
      self = name == "select" ? .select : .convert
    } else {
      return nil
    }
  }
}
