import Layers
import Runtime
import Tensors

extension Session {
  /// How much of what was computed a change of the document leaves as it is.
  enum Reach {
    /// Nothing.
    case model
    /// The model and its layer-wise result: only steps are made in another way.
    case steps
    /// The model, and the steps of a shared beginning of the input.
    case input
    /// Everything: nothing that is computed depends on it.
    case notes
  }

  /// Makes a document the present one, with everything recomputed to the same input timestep.
  ///
  /// Checks first: on error nothing changes.
  func commit(
    _ new: Document, as command: String, changing reach: Reach = .model, restart: Bool = false
  ) throws {
    var document = new
    let revision = nextRevision()
    document.notesRevision = revision
    switch reach {
    case .model: (document.modelRevision, document.inputRevision) = (revision, revision)
    case .steps: document.stepRevision = revision
    case .input: document.inputRevision = revision
    case .notes: break
    }
    let past = Change(document: self.document, command: command)
    try replace(by: document, restart: restart)
    push(past)
  }

  /// What leads back from a change; one that only goes on with the last has none of its own.
  private func push(_ past: Change) {
    if !context.continues { undoStack.append(past) }
    redoStack = []
  }

  /// Makes a document with its run the present one.
  ///
  /// A command that does so piece by piece is one change all the same.
  func commit(_ document: Document, _ run: ModelRun, as command: String) {
    if !context.hasCommitted { push(Change(document: self.document, command: command)) }
    self.document = document
    self.run = run
    context.hasCommitted = true
  }

  private func replace(by new: Document, restart: Bool) throws {
    var document = new
    let made = try makeRun(&document)
    let timestep = restart ? 0 : plan.map { $0.boundaries[position] } ?? 0
    let old = (self.document, run, context.hasCommitted)
    // The new document comes first, so that the way is written down as it is gone.
    (self.document, run, context.hasCommitted) = (document, made, true)
    do {
      if let made, made !== old.1, let plan = made.plan {
        // What an interruption leaves is a usable position of the new document.
        try go(made, to: plan.step(atInput: min(timestep, plan.boundaries[plan.lastStep])))
      }
    } catch {
      guard context.hasWritten else {
        (self.document, run, context.hasCommitted) = old
        throw error
      }
      context.obstacle = CommandError(error)
    }
    let nodes = document.layer.map { LayerTree($0).nodes } ?? []
    if !nodes.contains(where: { $0.path == selected }) { selected = "" }
  }

  /// The model and run of a document; nil without stack or input.
  ///
  /// Fills in the parameters.
  func makeRun(_ document: inout Document) throws -> ModelRun? {
    guard let layer = document.layer, let source = document.input,
      let input = document.modelInput
    else { return nil }
    if let run, run.modelRevision == document.modelRevision {
      if run.inputRevision == document.inputRevision {
        guard run.stepRevision != document.stepRevision else { return run }
        try StackCheck.checkStep(layer, input, document, memory)
        if run.faults == document.faults, run.plan == StepPlan(run.input.time, document, run.model)
        {
          return try ModelRun(
            document, continuing: run, input: run.input, run.demand, layerWise: run.layerWise)
        }
        return try ModelRun(
          document, run.model, input: run.input, run.demand, budget: history,
          layerWise: run.layerWise, cancel: cancel)
      }
      if run.model.input == input.channelSpec {
        let demand = try StackCheck.checkMemory(
          layer, input, document, memory, history, cancel: cancel)
        return run.input.batch == input.batch && run.stepRevision == document.stepRevision
          ? try ModelRun(document, continuing: run, input: input, demand)
          : try ModelRun(
            document, run.model, input: input, demand, budget: history, cancel: cancel)
      }
    }
    let demand = try StackCheck.checkMemory(
      layer, input, document, memory, history, cancel: cancel)
    let model = try Model(
      layer, input: input.channelSpec, constants: document.constants.specs,
      parameters: document.parameters, seed: document.seed, time: source.sequence.time,
      memory: memory, cancel: cancel)
    var parameters: [String: Tensor] = [:]
    var origins: [String: ParameterOrigin] = [:]
    for spec in model.parameterSpecs {
      if let kept = document.parameters[spec.path], kept.shape == spec.shape,
        kept.dtype == spec.dtype
      {
        origins[spec.path] = document.origins[spec.path]
      } else {
        origins[spec.path] = .drawn(seed: document.seed, path: spec.unnamedPath)
      }
      parameters[spec.path] = model[parameter: spec.path]
    }
    document.parameters = parameters
    document.origins = origins
    return try ModelRun(
      document, model, input: input, demand, budget: history, cancel: cancel)
  }

  /// The documents that `undo` and `redo` lead to, named by their commands.
  package var undoName: String? { undoStack.last?.command }
  package var redoName: String? { redoStack.last?.command }

  /// Goes back to the document before the last change, or forth again; the position keeps its input
  /// timestep.
  func travel(back: Bool) throws -> String {
    guard let change = back ? undoStack.last : redoStack.last else {
      throw CommandError(.notReady, found: back ? "nothing to undo" : "nothing to redo")
    }
    let present = Change(document: document, command: change.command)
    try replace(by: change.document, restart: false)
    if back {
      undoStack.removeLast()
      redoStack.append(present)
    } else {
      undoStack.append(present)
      redoStack.removeLast()
    }
    return change.command
  }
}
