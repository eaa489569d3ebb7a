import Programs
import Tensors

extension Schedule {
  /// The schedule as text, which ``init(parsing:)`` reads back if no constant was elided.
  ///
  ///     %0: input 0 "x" f32[1, 90, 24]
  ///     %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
  ///     main live %2 {
  ///       %2: f32[1, 90, 24] = contraction(%0, %1) m 90 n 24 k 24 a [24, 1] b [24, 1] c 24 packed
  ///     }
  ///     value 2 = %2
  ///
  /// A buffer is declared where it is first written, with its storage class (none for the arena) and type;
  /// those from outside come first. A view of it that is not all in its order follows as
  /// `as f32[90, 8] at 16 strides [24, 1]`.
  ///
  /// - Parameter limit: constants of more elements are shown by a hash; nil shows all in full.
  /// - Returns: the text, one line a task.
  package func text(elidingConstantsOver limit: Int? = nil) -> String {
    var printer = SchedulePrinter(self, limit)
    printer.print()
    return printer.text
  }
}

struct SchedulePrinter {
  let schedule: Schedule
  private let limit: Int?
  private(set) var text = ""
  private var indent = ""
  private var declared: Set<Int> = []

  init(_ schedule: Schedule, _ limit: Int?) {
    self.schedule = schedule
    self.limit = limit
  }

  mutating func line(_ content: String) { text += indent + content + "\n" }

  mutating func print() {
    for buffer in outsideBuffers { line(declaration(buffer)) }
    print(block: Schedule.preparation, "preparation")
    print(block: Schedule.main, "main")
    if !schedule.commits.isEmpty {
      line("commit {")
      print(schedule.commits)
      line("}")
    }
    for (leaf, change) in schedule.stateChanges.enumerated() {
      line("state \(leaf) \(change.text)")
    }
    for (value, view) in schedule.values.sorted(by: { $0.key < $1.key }) {
      line("value \(value) = \(viewText(view))")
    }
    if let memory = schedule.memory { print(memory) }
  }

  private mutating func print(block: Int, _ name: String) {
    let live = schedule.blocks[block].liveOut.sorted().map { "%\($0)" }.joined(separator: ", ")
    if schedule.blocks[block].tasks.isEmpty, live.isEmpty { return }
    line(live.isEmpty ? "\(name) {" : "\(name) live \(live) {")
    print(schedule.blocks[block].tasks)
    line("}")
  }

  /// Lines inside braces.
  mutating func indented(_ body: (inout SchedulePrinter) -> Void) {
    let outer = indent
    indent += "  "
    body(&self)
    indent = outer
  }

  mutating func print(_ tasks: [ScheduledTask]) {
    indented { printer in for task in tasks { printer.print(task) } }
  }

  private mutating func print(_ memory: ArenaLayout) {
    line("memory \(memory.byteCount) {")
    indented { printer in
      for region in memory.outputs { printer.line("output %\(region.buffer) \(region.byteCount)") }
      for buffer in printer.schedule.buffers.indices where memory.offsets[buffer] >= 0 {
        let region = memory.regions[buffer].map { " in \($0)" } ?? ""
        printer.line("%\(buffer) \(memory.offsets[buffer])\(region)")
      }
    }
    line("}")
  }

  // MARK: Buffers

  /// Referenced buffers that no task writes first: those from outside, and values without elements.
  private var outsideBuffers: [Int] {
    var (referenced, written) = (Set(schedule.values.values.map(\.buffer)), Set<Int>())
    for block in schedule.blocks { referenced.formUnion(block.liveOut) }
    for task in schedule.blocks.flatMap(\.tasks) + schedule.commits {
      referenced.formUnion(task.touchedBuffers)
      if case .loop(let loop) = task.op {
        written.formUnion(loop.slices.map(\.slot) + loop.stacks.map(\.slot))
        written.formUnion(loop.carries.flatMap { [$0.input, $0.output] })
      }
      written.formUnion(
        task.writtenBuffers.filter {
          if case .window = schedule.buffers[$0].storage { false } else { true }
        })
    }
    // Callers set every input, whether it is used or not.
    for (buffer, content) in schedule.buffers.enumerated() {
      if case .input = content.storage { referenced.insert(buffer) }
    }
    return referenced.subtracting(written).sorted()
  }

  /// A buffer where it is first written, or its number behind that.
  mutating func declarationOrNumber(_ buffer: Int) -> String {
    declared.contains(buffer) ? "%\(buffer)" : declaration(buffer)
  }

  private mutating func declaration(_ buffer: Int) -> String {
    declared.insert(buffer)
    let content = schedule.buffers[buffer]
    let name = schedule.names[buffer].map { " \($0.quoted)" } ?? ""
    let words =
      switch content.storage {
      case .arena: ""
      case .prepared: "prepared "
      case .tile: "tile "
      case .slot: "slot "
      case .constant(let tensor): "constant (\(tensor.elementsText(elidingOver: limit))) "
      case .input(let index): "input \(index)\(name) "
      case .parameter(let index): "parameter \(index)\(name) "
      case .packed(let index, let layout): "packed \(index)\(name) \(layout.text) "
      case .oldState(let leaf): "oldState \(leaf)\(name) "
      case .newState(let leaf): "newState \(leaf)\(name) "
      case .window(let leaf): "window \(leaf)\(name) "
      }
    return "%\(buffer): \(words)\(content.type)"
  }

  /// A view of a buffer that is known.
  func viewText(_ view: BufferView) -> String { "%\(view.buffer)" + placeText(view) }

  /// How a view differs from all of its buffer.
  func placeText(_ view: BufferView) -> String {
    let type = schedule.buffers[view.buffer].type
    var text = ""
    if view.type != type { text += " as \(view.type)" }
    if view.offset != 0 { text += " at \(view.offset)" }
    if view.strides != view.shape.rowMajorStrides { text += " strides \(view.strides)" }
    return text
  }
}

extension StateChange {
  fileprivate var text: String {
    switch self {
    case .unchanged: "unchanged"
    case .flip: "flip"
    case .advance(let entries): "advance \(entries)"
    case .rewritten: "rewritten"
    }
  }
}

extension PanelLayout {
  fileprivate var text: String {
    var (layout, writer) = (self, AttributeWriter { _ in "" })
    layout.code(&writer)
    return writer.words.joined(separator: " ")
  }
}
