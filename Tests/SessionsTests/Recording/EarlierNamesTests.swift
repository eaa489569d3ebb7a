import Foundation
import Sessions
import Testing

/// Sessions recorded before only children were called by the names that users gave them.
@Suite struct EarlierNamesTests {
  private static let script = [
    "stack Serial([Repeat(layer: Serial([LSTM(units: 3, name: \"mem\")], name: \"cell\"), "
      + "numRepeats: 2, name: \"rep\"), CheckpointGradient(layer: Dense(features: 2, name: \"d\"))])",
    "input noise --channels 3 --lengths 6,4 --seed 2", "step 3",
    "set rep[0]/cell/mem.useBias true", "goto 5",
  ]

  /// The recording as it was made before: places instead of names.
  private func earlier() throws -> SessionFile {
    let workspace = try Scratch().workspace(Self.script)
    var file = workspace.recording
    func old(_ text: String) -> String {
      text.replacing("]/cell", with: "]/child_layer").replacing(
        "layers_1/d", with: "layers_1/child_layer")
    }
    for index in file.events.indices {
      // The stack itself names the children as ever.
      guard !file.events[index].canonical.hasPrefix("stack") else { continue }
      file.events[index].canonical = old(file.events[index].canonical)
      file.events[index].typed = old(file.events[index].typed)
      for leaf in file.events[index].state.indices {
        file.events[index].state[leaf].path = old(file.events[index].state[leaf].path)
      }
    }
    return file
  }

  @Test("an only child is called by its name in states and commands")
  func names() throws {
    let workspace = try Scratch().workspace(Self.script)
    let leaves = try #require(workspace.recording.events.last).state.map(\.path)
    #expect(leaves.contains("rep[0]/cell/mem/c") && leaves.contains("rep[1]/cell/mem/h"))
  }

  @Test("a recording with places replays with every digest, and says so")
  func replay() throws {
    guard case .same(_, let steps, let notes) = Replay.run(try earlier()) else {
      Issue.record("diverged")
      return
    }
    #expect(steps > 0)
    #expect(notes.contains { $0.contains("brought up to date") })
    guard case .same(_, _, let own) = Replay.run(try Scratch().workspace(Self.script).recording)
    else {
      Issue.record("diverged")
      return
    }
    #expect(own.isEmpty)
  }

  @Test("a digest that is wrong is noticed under either name")
  func wrong() throws {
    var file = try earlier()
    let last = file.events.count - 1
    file.events[last].state[0].digest ^= 1
    guard case .diverged = Replay.run(file) else {
      Issue.record("not noticed")
      return
    }
  }
}
