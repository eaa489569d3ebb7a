import ArgumentParser
import Diagnostics
import Layers
import Models
import Runtime
import Serialization
import Tensors
import Weights

/// Trains the small model of bytes that `Sessions/bytes.session` shows, and writes its weights in half
/// precision.
///
/// Every number but the time is fixed by the seed and the number of steps.
@main
struct TrainBytes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-bytes",
    abstract: "Train a two-block byte transformer on a text by the library's own gradients.")

  @Argument(help: "The text to learn.")
  var text: String
  @Argument(help: "The safetensors file to write.")
  var weights: String
  @Option(help: "How many steps to take.")
  var steps = 1200
  @Option(help: "The seed of first weights and of the windows.")
  var seed: UInt64 = 1
  @Option(help: "A text for the trained model to continue.")
  var prompt = "The keeper "

  func run() throws {
    let bytes = try ByteFile(path: text).readAll()
    let model = try Model(
      ByteTransformer().layer, input: ChannelSpec([], .int32), seed: seed)
    print("\(model.parameterCount) parameters, \(model.parameterCount * 4) bytes")
    var trainer = ByteTrainer(model, text: bytes, seed: seed)
    let clock = ContinuousClock()
    let start = clock.now
    for step in 0..<steps {
      let loss = try trainer.step(progress: Double(step) / Double(steps))
      if step % 50 == 0 || step == steps - 1 {
        let seconds = (clock.now - start).components.seconds
        print("step \(step): \(loss) nats a byte after \(seconds) s")
      }
    }
    print("whole text: \(try trainer.loss(of: bytes)) nats a byte")
    // Half precision is enough for what was learnt, and makes the session half as large.
    let tensors = model.fileTensors.sorted { $0.key < $1.key }.map { name, tensor in
      (name: name, tensor: tensor.converted(to: .float16))
    }
    try Safetensors.write(tensors, to: weights)
    let written = try ByteDecoder.continuation(
      of: Array(prompt.utf8), count: 200, model: model)
    // A model may write control characters.
    print((prompt + String(decoding: written, as: UTF8.self)).visible)
  }
}
