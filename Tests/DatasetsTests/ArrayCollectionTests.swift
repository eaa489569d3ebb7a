import Datasets
import Foundation
import Tensors
import Testing
import Weights

@Suite struct ArrayCollectionTests {
  @Test("dumps are told by what is in them, shards by their index")
  func kinds() throws {
    let index = #"{"weight_map":{"b.10":"m-2.safetensors","b.2":"m-1.safetensors"}}"#
    let files: [(String, [UInt8])] = [
      ("m-1.safetensors", Safetensors.encoded([("b.2", ramp([1, 2]))])),
      ("m-2.safetensors", Safetensors.encoded([("b.10", ramp([1, 3]))])),
      ("m.safetensors.index.json", Array(index.utf8)),
      ("archive", Npz.encoded([("y", ramp([1, 2])), ("x", ramp([1, 3]))])),
      ("one.npy", Npy.encoded(ramp([1, 2]))), ("a.pkl", [0x80, 4, 0x95]),
    ]
    try withTemporaryFolder { folder in
      for (name, bytes) in files {
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
      }
      let shards = try #require(try ArrayCollection(path: "\(folder)/m.safetensors.index.json"))
      #expect(shards.names == ["b.2", "b.10"])
      #expect(try shards.array("b.10").bitsEqual(ramp([1, 3])))
      let archive = try #require(try ArrayCollection(path: "\(folder)/archive"))
      #expect(archive.names == ["y", "x"])
      #expect(try ArrayCollection(path: "\(folder)/one.npy")?.names == nil)
      #expect(try ArrayCollection(path: "\(folder)/a.pkl")?.names == nil)
    }
  }
}
