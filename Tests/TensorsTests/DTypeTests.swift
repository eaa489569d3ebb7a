import Testing

@Suite struct DTypeTests {}
