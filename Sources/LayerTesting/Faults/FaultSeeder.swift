import Programs

/// Walks through a program in its order, counts places for faults, and puts one fault in.
struct FaultSeeder {
  private struct Group: Hashable {
    var kind: FaultKind
    var layer: String
  }

  /// The fault to put in; nil to list the places only.
  let target: SeededFault?
  /// The places met so far.
  private(set) var places: [SeededFault] = []
  private(set) var hasSeeded = false
  private var counts: [Group: Int] = [:]

  init(target: SeededFault?) { self.target = target }

  /// A program with its bodies; instructions at the root of a body belong to the layer around it.
  mutating func visit(_ program: Program, outer: String = "") -> Program {
    var result = program
    var edit = FaultEdit(program)
    for index in program.instructions.indices where !hasSeeded {
      let scope = program.scopes[program.instructions[index].scope]
      let layer = scope.isEmpty ? outer : scope
      for kind in FaultKind.allCases where !hasSeeded {
        guard edit.canSeed(kind, at: index), meet(kind, layer) else { continue }
        edit.seed(kind, at: index)
        result = edit.program
      }
      guard !hasSeeded, let op = visitBody(program.instructions[index].op, outer: layer) else {
        continue
      }
      if hasSeeded { result.instructions[index].op = op }
    }
    for index in program.outputs.indices where !hasSeeded {
      for kind in [FaultKind.staleState, .shortBuffer, .shiftedBuffer] where !hasSeeded {
        guard edit.canSeed(kind, atOutput: index),
          meet(kind, edit.owner(ofState: program.outputs[index].name))
        else { continue }
        edit.seed(kind, atOutput: index)
        result = edit.program
      }
    }
    return result
  }

  /// Counts a place; true if it is the one that is looked for.
  private mutating func meet(_ kind: FaultKind, _ layer: String) -> Bool {
    let group = Group(kind: kind, layer: layer)
    let place = SeededFault(kind: kind, layer: layer, number: counts[group, default: 0])
    counts[group, default: 0] += 1
    places.append(place)
    hasSeeded = place == target
    return hasSeeded
  }

  /// The op with its body visited; nil for those without one.
  private mutating func visitBody(_ op: Op, outer: String) -> Op? {
    switch op {
    case .loop(var loop):
      loop.body = visit(loop.body, outer: outer)
      return .loop(loop)
    case .composite(var composite):
      composite.body = visit(composite.body, outer: outer)
      // A kernel of that name, or a gradient of its own, would pass over what is wrong in the body.
      composite.name += ".seeded"
      composite.gradient = nil
      return .composite(composite)
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .contraction, .indexing, .fft, .stopGradient:
      return nil
    }
  }
}
