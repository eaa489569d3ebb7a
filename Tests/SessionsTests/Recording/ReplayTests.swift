import Serialization
import Sessions
import Testing

@Suite struct ReplayTests {
  private func recording() throws -> SessionFile {
    try Scratch().workspace([Small.stack, Small.input, "step 4", "run end", "check equal"])
      .recording
  }

  private func divergence(_ file: SessionFile) throws -> Replay.Divergence {
    guard case .diverged(let divergence) = Replay.run(file) else {
      struct Same: Error {}
      throw Same()
    }
    return divergence
  }

  @Test("a changed output names event, step, timestep, row and the values")
  func output() throws {
    var file = try recording()
    file.events[2].steps[3][1] ^= 1
    file.events[2].lastOutput[2] += 0.5
    let found = try divergence(file)
    #expect(found.event == 3 && found.step == 4 && found.timesteps == 3..<4 && found.row == 1)
    #expect(found.text.contains("event 3 (goto 4), step 4, input timestep 3, row 1, layer out"))
    #expect(found.detail.contains("ours ") && found.detail.contains(", recorded "))
    #expect(found.layer == "out" && found.what == .output)
    let value = try #require(found.value)
    #expect(value.step == 4 && value.row == 1 && value.timestep == 3 && value.channel == 0)
    #expect(value.recorded == value.new + 0.5)
  }

  @Test("where values were not kept, ours is told")
  func notKept() throws {
    var file = try recording()
    file.events[3].steps[2][0] ^= 1
    let found = try divergence(file)
    #expect(found.step == 7 && found.row == 0)
    #expect(found.detail.contains("were not kept"))
    #expect(found.layer == "out" && found.outputTimesteps == 6..<7 && found.value == nil)
  }

  @Test("numbers that were kept of a later step are told where those of the first are not")
  func keptLater() throws {
    var file = try recording()
    file.events[3].steps[2][0] ^= 1
    file.events[3].lastOutput[1] -= 0.25
    let found = try divergence(file)
    #expect(found.step == 7 && found.row == 0)
    let value = try #require(found.value)
    #expect(value.step == 12 && value.row == 0 && value.timestep == 11 && value.channel == 1)
    #expect(found.detail.contains("of step 12 numbers were kept"))
    let json = JSONValue.object(found.members)
    #expect(json["layer"]?.string == "out" && json["recorded"] == .null)
    #expect(json["kept"]?["step"] == .integer(12) && json["kept"]?["row"] == .integer(0))
  }

  @Test("what replay --json tells of an output has a member for each thing")
  func members() throws {
    var file = try recording()
    file.events[2].steps[3][1] ^= 1
    file.events[2].lastOutput[3] += 0.5
    let json = JSONValue.object(try divergence(file).members)
    for (name, value) in [("event", 3), ("step", 4), ("row", 1), ("timestep", 3), ("channel", 1)] {
      #expect(json[name] == .integer(value), "\(name)")
    }
    #expect(json["what"]?.string == "output" && json["layer"]?.string == "out")
    #expect(json["command"]?.string == "goto 4" && json["input_timesteps"]?.array?.count == 2)
    guard case .number(let recorded)? = json["recorded"], case .number(let new)? = json["new"]
    else {
      Issue.record("no numbers in \(json.text())")
      return
    }
    #expect(recorded == new + 0.5)
  }

  @Test("a changed state names the first leaf in program order")
  func state() throws {
    var file = try recording()
    for index in 1..<file.events[3].state.count { file.events[3].state[index].digest ^= 1 }
    let found = try divergence(file)
    #expect(found.event == 4 && found.leaf == file.events[3].state[1].path)
    #expect(found.leaf?.hasPrefix("lstm/") == true)
    #expect(found.layer == "lstm" && found.what == .state)
  }

  @Test("a check that answers otherwise diverges")
  func check() throws {
    var file = try recording()
    file.events[4].holds = false
    #expect(try divergence(file).event == 5)
  }

  @Test("another numerics version compares kept values within a tolerance, and says so")
  func otherNumerics() throws {
    var file = try recording()
    file.header.numerics += 1
    for event in file.events.indices {
      for step in file.events[event].steps.indices { file.events[event].steps[step][0] ^= 1 }
      file.events[event].lastOutput = file.events[event].lastOutput.map { $0 + 1e-6 }
    }
    // Through the bytes, so that the checksums of the edited lines are right.
    let edited = try SessionFile(bytes: file.bytes, name: "a")
    guard case .same(_, _, let notes) = Replay.run(edited) else {
      Issue.record("diverged")
      return
    }
    #expect(
      notes.count == 1 && notes[0].contains("within 1e-04") || notes[0].contains("within 0.0001"))
    file.events[3].lastOutput[0] += 0.01
    #expect(try divergence(file).event == 4)
  }

  @Test("a recording of a stack that lacks a layer opens readable and names it")
  func missingLayer() throws {
    let scratch = try Scratch()
    var file = try recording()
    file.events[0].canonical = "stack Serial([Vocoder(depth: 3), Relu()])"
    file.header.stack = "Serial([Vocoder(depth: 3), Relu()])"
    try scratch.write(file.bytes, "a.session")
    let workspace = try scratch.workspace()
    let outcome = workspace.perform("open a.session")
    #expect(outcome.status == 0)
    let text = outcome.lines.joined(separator: "\n")
    #expect(text.contains("no layer is called Vocoder"))
    #expect(text.contains("the stack, as recorded: Serial([Vocoder(depth: 3), Relu()])"))
    #expect(text.contains("0 → 4  goto 4"))
    guard case .failed(event: 1, let error) = Replay.run(file) else {
      Issue.record("replayed")
      return
    }
    #expect("\(error)".contains("Vocoder"))
  }
}
