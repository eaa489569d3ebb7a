import Diagnostics
import Layers
import Tensors

/// When one layer's outputs become available.
package struct LatencyRow: Hashable, Sendable {
  package var path: String
  package var blockSize: Int
  package var inputLatency: Int
  package var outputLatency: Int
  /// Outputs of the step run before the first that counts, all layers before it included.
  package var warmUp: Int
  /// How far its output lags behind the input of the session, in input timesteps.
  package var delay: Int
  /// The timesteps of its own input that an output sees, such as `-2 … 0`; empty where it sees none.
  package var receptiveField: String
  /// Why it cannot step, when it cannot.
  package var obstacle: String?

  package init(
    path: String, blockSize: Int, inputLatency: Int, outputLatency: Int, warmUp: Int,
    delay: Int, receptiveField: String = "", obstacle: String? = nil
  ) {
    self.path = path
    self.blockSize = blockSize
    self.inputLatency = inputLatency
    self.outputLatency = outputLatency
    self.warmUp = warmUp
    self.delay = delay
    self.receptiveField = receptiveField
    self.obstacle = obstacle
  }
}

extension LatencyRow {
  /// A row for each layer of a stack.
  package static func rows(_ session: Session) -> [LatencyRow] {
    let ratios = session.stackRatios
    let nodes = session.nodes
    return nodes.map { node in
      let warmUp = session.warmUp(node.path)
      // Before there is an input nothing is late.
      let ratio = ratios[node.index] ?? 1
      let delay = ratio > 0 ? (Rational(warmUp) / ratio).ceiling : 0
      return LatencyRow(
        path: node.path.shown,
        blockSize: node.layer.blockSize, inputLatency: node.layer.inputLatency,
        outputLatency: node.layer.outputLatency, warmUp: warmUp, delay: delay,
        receptiveField: node.layer.receptiveFieldPerStep.overall?.description ?? "",
        obstacle: node.layer.stepObstacle)
    }
  }
}

/// When the outputs of every layer become available.
enum LatencyListing {
  static func table(_ session: Session) throws -> ListingTable {
    _ = try session.requireTree()
    let rows = LatencyRow.rows(session)
    let cells = rows.map { row in
      [
        row.path, "\(row.blockSize)", "\(row.inputLatency)", "\(row.outputLatency)",
        NumberText.grouped(row.warmUp), NumberText.grouped(row.delay), row.receptiveField,
        row.obstacle.map { "cannot step: \($0)" } ?? "",
      ]
    }
    let heads = ["layer", "block", "in", "out", "warm-up", "delay", "sees", ""]
    let numbers = rows.map { row in
      [row.blockSize, row.inputLatency, row.outputLatency, row.warmUp, row.delay].map(Double.init)
    }
    return ListingTable(
      TextTable.lines([heads] + cells, rightAligned: [1, 2, 3, 4, 5, 6]),
      ["block", "in", "out", "warm-up", "delay"], numbers)
  }
}
