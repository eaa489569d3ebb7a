import Programs
import Tensors

/// A LiteRT model under construction: subgraphs, signatures, and buffers shared by content.
struct LiteRTModel {
  private(set) var graphs: [LiteRTGraph] = []
  private var signatures: [(key: String, graph: Int)] = []
  private var operators: [OperatorKey: Int] = [:]
  private var operatorOrder: [OperatorKey] = []
  private var constants = ConstantPool()
  private var metadata: [(name: String, data: [UInt8])] = []

  private struct OperatorKey: Hashable {
    var code: Int
    var version: Int
  }

  /// The number of bytes of all constants so far.
  var constantByteCount: Int { constants.byteCount }

  /// Adds an empty subgraph and gives its number.
  mutating func addGraph(_ name: String, signature: String? = nil) -> Int {
    graphs.append(LiteRTGraph(name: name))
    if let signature { signatures.append((signature, graphs.count - 1)) }
    return graphs.count - 1
  }

  /// Changes a subgraph.
  subscript(graph: Int) -> LiteRTGraph {
    get { graphs[graph] }
    set { graphs[graph] = newValue }
  }

  /// The buffer that holds these elements.
  mutating func buffer(_ tensor: Tensor) -> Int { constants.index(of: tensor) + 1 }

  /// The number of an operator among those that the model uses.
  mutating func index(of op: LiteRTOperator) -> Int {
    let key = OperatorKey(code: op.code, version: op.version)
    if let known = operators[key] { return known }
    operators[key] = operatorOrder.count
    operatorOrder.append(key)
    return operatorOrder.count - 1
  }

  mutating func addMetadata(_ name: String, _ data: [UInt8]) { metadata.append((name, data)) }

  /// The file.
  var file: ByteStream {
    let empty = FlatItem.table([:])
    let data = constants.tensors.map { tensor -> FlatItem in
      var bytes = ByteStream()
      bytes.append(tensor)
      return .table([0: .item(.bytes(bytes))])
    }
    let notes = metadata.map { FlatItem.table([0: .item(.bytes(ByteStream($0.data)))]) }
    let root: [Int: FlatField] = [
      0: .int(3), 1: .item(.list(operatorOrder.map(Self.code))),
      2: .item(.list(graphs.map(\.table))), 3: .item(.text("Sequence Workbench")),
      4: .item(.list([empty] + data + notes)),
      6: .item(
        .list(
          metadata.enumerated().map { index, note in
            .table([0: .item(.text(note.name)), 1: .int(1 + data.count + index)])
          })),
      7: .item(.list(signatures.map(signature))),
    ]
    return FlatBufferWriter.file(root, identifier: "TFL3")
  }

  private static func code(_ key: OperatorKey) -> FlatItem {
    .table([0: .byte(min(key.code, 127)), 2: .int(key.version), 3: .int(key.code)])
  }

  private func signature(_ key: String, _ graph: Int) -> FlatItem {
    func map(_ ports: [LiteRTGraph.Port]) -> FlatItem {
      .list(ports.map { .table([0: .item(.text($0.name)), 1: .int($0.tensor)]) })
    }
    return .table([
      0: .item(map(graphs[graph].inputs)), 1: .item(map(graphs[graph].outputs)),
      2: .item(.text(key)), 4: .int(graph),
    ])
  }
}

/// A subgraph of a LiteRT model.
struct LiteRTGraph {
  /// A tensor with the name under which callers find it.
  struct Port {
    var name: String
    var tensor: Int
  }

  var name: String
  private(set) var tensors: [FlatItem] = []
  private(set) var operators: [FlatItem] = []
  private var results: Set<Int> = []
  var inputs: [Port] = []
  var outputs: [Port] = []

  init(name: String) { self.name = name }

  /// Adds a tensor; buffer 0 is none.
  mutating func addTensor(code: Int, shape: Shape, buffer: Int = 0, name: String) -> Int {
    add(code: code, shape: shape, buffer: buffer, name: name, [:])
  }

  /// Adds a constant of integers with scales for the channels of an axis.
  mutating func addTensor(
    code: Int, _ quantized: QuantizedTensor, buffer: Int, name: String
  ) -> Int {
    let zeros = quantized.scales.map { _ in Int64(0) }
    let quantization: [Int: FlatField] = [
      2: .item(.floats(quantized.scales)), 3: .item(.longs(zeros)), 6: .int(quantized.axis),
    ]
    return add(
      code: code, shape: quantized.values.shape, buffer: buffer, name: name,
      [4: .item(.table(quantization))])
  }

  private mutating func add(
    code: Int, shape: Shape, buffer: Int, name: String, _ more: [Int: FlatField]
  ) -> Int {
    let fields: [Int: FlatField] = [
      0: .item(.numbers(shape)), 1: .byte(code), 2: .int(buffer), 3: .item(.text(name)),
      8: .bool(true),
    ]
    tensors.append(.table(fields.merging(more) { $1 }))
    return tensors.count - 1
  }

  /// Gives the result of an operator another name; those of inputs and constants stay.
  mutating func rename(_ tensor: Int, to name: String) {
    guard results.contains(tensor), case .table(var fields) = tensors[tensor] else { return }
    fields[3] = .item(.text(name))
    tensors[tensor] = .table(fields)
  }

  mutating func addOperator(
    _ index: Int, _ op: LiteRTOperator, inputs: [Int], outputs: [Int]
  ) {
    var fields: [Int: FlatField] = [
      0: .int(index), 1: .item(.numbers(inputs)), 2: .item(.numbers(outputs)),
    ]
    if op.options > 0 {
      fields[3] = .byte(op.options)
      fields[4] = .item(.table(op.fields.mapValues(\.field)))
    }
    operators.append(.table(fields))
    results.formUnion(outputs)
  }

  var table: FlatItem {
    .table([
      0: .item(.list(tensors)), 1: .item(.numbers(inputs.map(\.tensor))),
      2: .item(.numbers(outputs.map(\.tensor))), 3: .item(.list(operators)),
      4: .item(.text(name)),
    ])
  }
}
