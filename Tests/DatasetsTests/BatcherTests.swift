import Datasets
import Foundation
import Serialization
import Tensors
import Testing

@Suite struct BatcherTests {
  private func recording(_ count: Int, channels: Int = 1, rate: Int = 8000) -> [UInt8] {
    let samples = Tensor(repeating: 0.5, shape: [count, channels])
    return Wav.encoded(samples, sampleRateHz: rate)
  }

  /// Writes files into a folder of their own and passes their paths on.
  private func withFiles(_ files: [(String, [UInt8])], _ body: ([String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for (name, bytes) in files {
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
      }
      try body(files.map { "\(folder)/\($0.0)" })
    }
  }

  @Test("mono recordings of unequal length become padded rows without a channel axis")
  func recordings() throws {
    try withFiles([("a.wav", recording(3)), ("b.wav", recording(5))]) { paths in
      let batch = try Batcher.load(paths)
      #expect(batch.values.shape == [2, 5])
      #expect(batch.lengths == [3, 5])
      #expect(batch.values.doubles() == [0.5, 0.5, 0.5, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5])
      #expect(batch.mask.doubles() == [1, 1, 1, 0, 0, 1, 1, 1, 1, 1])
      #expect(batch.sampleRateHz == 8000)
      #expect(batch.names == paths)
    }
  }

  @Test("several channels, or the option, give a channel axis")
  func channelAxis() throws {
    try withFiles([("mono.wav", recording(4)), ("stereo.wav", recording(4, channels: 2))]) {
      paths in
      let stereo = try Batcher.load([paths[1]])
      #expect(stereo.values.shape == [1, 4, 2])
      let forced = Batcher.Options(keepsChannelAxis: true)
      let mono = try Batcher.load([paths[0]], options: forced)
      #expect(mono.values.shape == [1, 4, 1])
      let error = #expect(throws: DatasetError.self) { try Batcher.load(paths) }
      #expect(error?.path == paths[1])
      #expect(error?.found == "timesteps of shape [2]")
    }
  }

  @Test("recordings of different rates are refused with both")
  func rates() throws {
    try withFiles([("a.wav", recording(3)), ("b.wav", recording(3, rate: 16000))]) { paths in
      let error = #expect(throws: DatasetError.self) { try Batcher.load(paths) }
      #expect(error?.found == "16000 Hz")
      #expect(error?.expected?.hasPrefix("8000 Hz") == true)
      #expect(error?.suggestion?.contains("--rate 8000") == true)
      let batch = try Batcher.load(paths, options: .init(sampleRateHz: 16000))
      #expect(batch.lengths == [6, 3])
      #expect(batch.sampleRateHz == 16000)
      #expect(batch.notes.count == 1)
      #expect(batch.notes.first?.hasPrefix("\(paths[0]): resampled from 8000 to 16000 Hz") == true)
    }
  }

  @Test("arrays hold rows; lengths and masks say what is valid")
  func arrays() throws {
    let mask = Tensor([true, false, true, true, true, false], shape: [2, 3])
    try withFiles([("x.npy", Npy.encoded(ramp([2, 3, 2]))), ("m.npy", Npy.encoded(mask))]) {
      paths in
      let whole = try Batcher.load([paths[0]])
      #expect(whole.lengths == [3, 3])
      #expect(whole.names == ["\(paths[0])[0]", "\(paths[0])[1]"])
      let cut = try Batcher.load([paths[0]], options: .init(lengths: [1, 3]))
      #expect(cut.lengths == [1, 3])
      #expect(cut.values.doubles() == [0, 1, 0, 0, 0, 0, 6, 7, 8, 9, 10, 11])
      let masked = try Batcher.load([paths[0]], options: .init(maskPath: paths[1]))
      #expect(masked.mask.bitsEqual(mask))
      #expect(masked.lengths == [3, 2])
      #expect(masked.values.doubles() == [0, 1, 0, 0, 4, 5, 6, 7, 8, 9, 0, 0])
    }
  }

  @Test("an archive may hold its mask or its lengths")
  func archives() throws {
    let values = ramp([2, 3])
    let lengths = Npz.encoded([("x", values), ("lengths", Tensor([Int64(2), 3]))])
    let mask = Npz.encoded([
      ("values", values), ("other", values),
      ("mask", Tensor([Float(0), 1, 1, 1, 1, 0], shape: [2, 3])),
    ])
    let many = Npz.encoded([("x", values), ("y", values)])
    try withFiles([("l.npz", lengths), ("m.npz", mask), ("many.npz", many)]) { paths in
      let withLengths = try Batcher.load([paths[0]])
      #expect(withLengths.lengths == [2, 3])
      let withMask = try Batcher.load([paths[1]])
      #expect(withMask.mask.doubles() == [0, 1, 1, 1, 1, 0])
      let named = try Batcher.load(["\(paths[2]):y"])
      #expect(named.values.bitsEqual(values))
      let error = #expect(throws: DatasetError.self) { try Batcher.load([paths[2]]) }
      #expect(error?.suggestion == "it holds x, y")
    }
  }

  @Test("rows of several array files stand below each other, in the wider dtype")
  func severalArrays() throws {
    let half = ramp([1, 2]).converted(to: .float16)
    try withFiles([("a.npy", Npy.encoded(half)), ("b.npy", Npy.encoded(ramp([2, 3])))]) { paths in
      let batch = try Batcher.load(paths)
      #expect(batch.values.dtype == .float32)
      #expect(batch.values.doubles() == [0, 1, 0, 0, 1, 2, 3, 4, 5])
      #expect(batch.lengths == [2, 3, 3])
    }
  }

  @Test("text becomes bytes")
  func text() throws {
    try withFiles([("a.txt", Array("hé".utf8))]) { paths in
      let batch = try Batcher.load(paths)
      #expect(batch.values.dtype == .int32)
      #expect(batch.values.doubles() == [0x68, 0xC3, 0xA9])
    }
    #expect(TextBytes.text(TextBytes.ids("hé!").doubles().map { Int($0) }) == "hé!")
    #expect(TextBytes.text([0x68, 999]) == "h�")
  }

  @Test(
    "what does not fit together is refused",
    arguments: [
      (Batcher.Options(lengths: [1]), "1 lengths"), (.init(lengths: [1, 9]), "length 9"),
      (.init(lengths: [-2, 1]), "length -2"), (.init(maskPath: "x.npy"), "mask of shape [2, 3, 2]"),
      (.init(lengths: [1, 1], maskPath: "x.npy"), "both lengths and a mask"),
      (.init(maskPath: "twos.npy"), "other than 0 and 1"),
    ])
  func misfits(options: Batcher.Options, message: String) throws {
    let twos = Tensor(repeating: 2, shape: [2, 3])
    try withFiles([("x.npy", Npy.encoded(ramp([2, 3, 2]))), ("twos.npy", Npy.encoded(twos))]) {
      paths in
      var options = options
      options.maskPath = options.maskPath.map { $0 == "x.npy" ? paths[0] : paths[1] }
      let error = #expect(throws: DatasetError.self) {
        try Batcher.load([paths[0]], options: options)
      }
      #expect(error?.code == .mismatch)
      #expect(error?.found.contains(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("one axis is too few, and an unknown kind is named")
  func wrongFiles() throws {
    try withFiles([
      ("a.npy", Npy.encoded(ramp([3]))), ("b.flac", Array("fLaC....".utf8)), ("c.bin", []),
      ("d.pkl", [0x80, 4, 0x95]), ("e.npy", Npy.encoded(ramp([1, 3]))),
    ]) {
      let flat = #expect(throws: DatasetError.self) { [path = $0[0]] in try Batcher.load([path]) }
      #expect(flat?.expected == "[b, t] or [b, t, …]")
      let flac = #expect(throws: DatasetError.self) { [path = $0[1]] in try Batcher.load([path]) }
      #expect(flac?.found.contains("FLAC") == true)
      let empty = #expect(throws: DatasetError.self) { [path = $0[2]] in try Batcher.load([path]) }
      #expect(empty?.found == "the file is empty")
      let pickle = #expect(throws: DatasetError.self) { [path = $0[3]] in try Batcher.load([path]) }
      #expect(pickle?.found == "this is a Python pickle")
      #expect(pickle?.suggestion?.contains("pickle.load") == true)
      let array = #expect(throws: DatasetError.self) { [path = $0[4]] in
        try Batcher.load([path], options: .init(sampleRateHz: 16000))
      }
      #expect(array?.expected?.contains("a recording") == true)
    }
    #expect(throws: FileError.self) { try Batcher.load(["/no/such.wav"]) }
    #expect(throws: DatasetError.self) { try Batcher.load([]) }
  }

  @Test("values convert if they keep their meaning")
  func conversions() throws {
    let batch = try Batcher.batch([("row", Tensor([1.0, 2, 300]))])
    #expect(try batch.converted(to: .int32).values.doubles() == [1, 2, 300])
    #expect(try batch.converted(to: .float32).values.dtype == .float32)
    #expect(throws: DatasetError.self) { try batch.converted(to: .uint8) }
  }
}
