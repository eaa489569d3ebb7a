/// The text for people on a state that is handed something wrong.
struct StateFaultWords {
  var fault: StateFault
  var window: StateWindow
  var pair: StatePairs.Pair
  /// The inputs of all states.
  var others: [String]

  /// What is wrong, as the rest of a sentence about the state.
  var cause: String {
    let (old, count, added) = (pair.input, window.past.count, window.added)
    switch fault {
    case .unchanged where window.isRecurrence:
      return "stays as \(old) was: what the recurrence \(window.place) came to is lost"
    case .unchanged:
      return
        "stays as \(old) was: it keeps the oldest timesteps of cache and block, and none of the block come in"
    case .cleared: return "is cleared in every step, at least in part"
    case .keepsOldest(let kept):
      return
        "keeps the oldest \(kept) of the \(count) timesteps of \(old) in front of the new ones, instead of the newest"
    case .shifted(let by, let of) where window.isRecurrence:
      return "is what the recurrence was \(of - by) timesteps before the end of the block"
    case .shifted(let by, let of):
      let miss = abs(of - by)
      return
        "moves on by \(by) timesteps where a block brings \(of): \(miss == 1 ? "off by one" : "off by \(miss)")"
    case .swapped:
      return
        "has the timesteps of the block before those of the past, where \(window.place) reads them \(window.isNewestFirst ? "newest first" : "behind")"
    case .reversed: return "has its timesteps in reverse"
    case .mixed(let element, let other):
      return
        "has elements in another order than \(window.place) reads them: element \(element) of a timestep takes element \(other)"
    case .foreign(let state): return "is handed what belongs to the state \(others[state])"
    case .exchanged(window.place):
      return
        "has its parts exchanged: \(window.place) takes for one what belongs to another, such as c for h"
    case .exchanged(let place):
      return
        "is handed what \(place) reads or gives, where \(window.place) takes it for its own past"
    case .computedElsewhere(let kept, let joined):
      return
        "keeps timesteps of \(kept), but \(window.place) reads them before timesteps of \(joined)"
    case .misplaced(let holds, let wanted):
      return
        "holds timestep \(holds) of a block of \(added) where timestep \(wanted) belongs (below 0: the past)"
    }
  }

  /// What helps.
  var cure: String {
    switch fault {
    case .mixed: "keep the order of axes: transpose them, do not reshape"
    case .foreign(let state):
      "exchange the outputs, or pair them otherwise: states \(pair.input)=…,\(others[state])=…"
    case .exchanged: "exchange the parts of \(pair.output), or the outputs"
    case .computedElsewhere(_, let joined): "keep timesteps of \(joined)"
    case _ where window.isRecurrence: "give the last state of \(window.place) as \(pair.output)"
    case _ where window.isNewestFirst:
      "give the first \(window.past.count) timesteps of the two joined, newest first, as \(pair.output)"
    case .unchanged, .cleared, .keepsOldest, .shifted, .swapped, .reversed, .misplaced:
      "give the last \(window.past.count) timesteps of the two joined: Concat(\(pair.input), block)[-\(window.past.count):]"
    }
  }
}
