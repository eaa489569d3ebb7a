import Layers
import Programs
import Tensors

/// Another export of a model that streams: it takes the whole sequence, so that its result is a truth of
/// its own.
final class OfflineExport: Sendable {
  let graph: OnnxGraph
  /// The weights that it reads, each with the name that the same bits have in the streaming file.
  let weights: [(weight: GraphOutline.Weight, name: String?)]
  /// The values of the streaming graph that its own values stand for, by their names.
  let counterparts: [String: String]
  /// How much of it was found again, for people.
  let alignment: String

  /// - Throws: ``OnnxError`` where it takes or gives something else than the streaming graph.
  init(
    _ source: OnnxSource, of streaming: OnnxSource, _ interface: GraphInterface,
    _ layout: OutputLayout
  ) throws {
    var config = OnnxGraph.Config()
    config.file = source.path
    config.timeAxis = interface.timeAxis
    if source.model.graph.inputs.contains(where: { $0.name == interface.input.name }) {
      config.input = interface.input.name
    }
    if source.model.graph.outputs.contains(where: { $0.name == interface.output }) {
      config.output = interface.output
    }
    let graph = try OnnxGraph(config, source)
    func mistake(_ found: String, _ expected: String) -> OnnxError {
      OnnxError(.invalidConfig, source.path, found: found, expected: expected)
    }
    guard graph.layout.takesWhole else {
      throw mistake("an offline export that takes one block only", "one that takes any length")
    }
    guard graph.interface.channels == interface.channels else {
      throw mistake(
        "\(graph.interface.channels.shapeText) a timestep of \(graph.interface.input.name)",
        "\(interface.channels.shapeText), as \(interface.input.name) of \(streaming.path)")
    }
    guard graph.layout.channels == layout.channels, graph.layout.ratio == layout.ratio else {
      throw mistake(
        "\(graph.layout.channels.shapeText) a timestep of \(graph.interface.output), \(graph.layout.ratio) for each of the input",
        "\(layout.channels.shapeText) and \(layout.ratio), as \(interface.output) of \(streaming.path)"
      )
    }
    self.graph = graph
    let time = 4 * max(interface.block, 1)
    let whole = try source.outline(graph.interface, time: time)
    let own = try streaming.outline(interface, time: interface.runTime)
    weights = whole.weights.map { weight in
      (weight, own.weights.first { $0.values.bitsEqual(weight.values) }?.name)
    }
    let alignment = try GraphAlignment(
      offline: graph, whole, streaming, interface, layout, own)
    counterparts = alignment.counterparts
    let found = weights.count { $0.name != nil }
    self.alignment =
      "\(counterparts.count) of \(alignment.count) node outputs found by scope, weights and order; "
      + "\(found) of \(weights.count) weights are the same"
  }
}
