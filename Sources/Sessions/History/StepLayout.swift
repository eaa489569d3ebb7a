import Execution
import Layers
import Runtime
import Tensors

/// How the outputs of all layers in a step lie in memory.
///
/// What a layer gives in a step is proportional to the blocks that are fed, so the layout of one block says
/// where everything is for steps of any number of blocks.
final class StepLayout {
  let taps: [ObservedStep.Tap]
  let inputs: [ObservedStep.Tap]
  let result: ObservedStep.Tap
  /// The bytes of each array for one block.
  let unitBytes: [Int]
  /// The timesteps of each array for one block.
  let unitTimes: [Int]
  let rows: Int
  private let arrays: [Executor.OutputPlace]
  private let positions: [String: Int]
  private let inputPositions: [String: Int]

  /// Takes the layout of a step of so many blocks.
  init(_ step: ObservedStep, blocks: Int, rows: Int) {
    (taps, inputs, result, arrays) = (step.taps, step.inputs, step.result, step.arrays)
    self.rows = rows
    unitBytes = arrays.map { $0.byteCount / blocks }
    unitTimes = arrays.map { $0.shape[1] / blocks }
    positions = Dictionary(
      taps.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    inputPositions = Dictionary(
      inputs.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The bytes of a step of one block.
  var unitByteCount: Int { unitBytes.reduce(0, +) }

  /// The position of a layer's output among the taps.
  func position(of path: String) -> Int? { positions[path] }

  /// The input of a layer that is no output of another layer.
  func input(of path: String) -> ObservedStep.Tap? { inputPositions[path].map { inputs[$0] } }

  func dtype(_ array: Int) -> DType { arrays[array].dtype }

  /// The shape of the timesteps of an array.
  func channelShape(_ array: Int) -> Shape { Array(arrays[array].shape.dropFirst(2)) }

  /// The bytes of one timestep of one row.
  func entryBytes(_ array: Int) -> Int {
    channelShape(array).byteCount(of: arrays[array].dtype)
  }
}
