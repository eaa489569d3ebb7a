import Layers
import Runtime
import Tensors

/// Reads the timesteps of a slice of a sequence, and no others.
struct SequenceReader {
  let path: String
  let rows: Int
  /// What was requested; warm-up outputs as plain positions.
  private let slice: Slice?
  /// The warm-up output that was requested.
  let warmUp: Int?

  init(path: String, rows: Int, slice: Slice?) {
    (self.path, self.rows) = (path, rows)
    guard var own = slice, own.entries.count > 1, case .warmUp(let place) = own.entries[1] else {
      (self.slice, warmUp) = (slice, nil)
      return
    }
    own.entries[1] = .index(place)
    (self.slice, warmUp) = (own, place)
  }

  /// Such as `c2:state.buffer [3, 4, 64] f32`.
  static func title(_ path: String, _ name: String, _ shape: Shape, _ dtype: DType) -> String {
    "\(path.shown):\(name) \(shape.shapeText) \(dtype.shortName)"
  }

  /// The timesteps of a sequence in memory.
  func read(_ name: String, _ whole: SequenceTensor) throws -> FacetValue {
    try read(name, whole.channelSpec, time: whole.time) {
      $0 == 0..<whole.time ? whole : whole.timesteps($0)
    }
  }

  /// The timesteps of a sequence of which `part` gives some, or of its mask.
  ///
  /// - Throws: ``CommandError`` `.invalidOperand` for positions outside.
  func read(
    _ name: String, _ spec: ChannelSpec, time: Int, isMask: Bool = false,
    part: (Range<Int>) throws -> SequenceTensor?
  ) throws -> FacetValue {
    let shape = isMask ? [rows, time] : [rows, time] + spec.shape
    let title = Self.title(path, name, shape, isMask ? .bool : spec.dtype)
    var rest = slice
    var range = 0..<time
    if let slice, slice.entries.count > 1 {
      let kept = try slice.positions(in: shape)[1].kept
      range = (kept.first ?? 0)..<((kept.last ?? -1) + 1)
      if kept.isEmpty { range = 0..<0 }
      let first = range.lowerBound
      switch slice.entries[1] {
      case .index: rest?.entries[1] = .index(0)
      case .range(_, _, let step):
        rest?.entries[1] = .range(start: 0, stop: range.upperBound - first, step: step)
      case .warmUp: break
      }
    }
    guard range.isEmpty == false, let found = try part(range) else {
      let none = [rows, 0] + (isMask ? [] : spec.shape)
      let empty = Tensor(zeros: none, isMask ? .bool : spec.dtype)
      return FacetValue(
        tensor: empty, mask: Tensor(zeros: [rows, 0], .bool), title: title, slice: rest)
    }
    return FacetValue(
      tensor: isMask ? found.mask : found.values, mask: isMask ? nil : found.mask, title: title,
      slice: rest)
  }
}
