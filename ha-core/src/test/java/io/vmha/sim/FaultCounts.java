package io.vmha.sim;

import java.util.Map;
import java.util.TreeMap;

/** Counts injected faults by kind. Not thread-safe. */
final class FaultCounts {
    private final Map<String, Long> counts = new TreeMap<>();

    void add(String kind) {
        counts.merge(kind, 1L, Long::sum);
    }

    void addAll(FaultCounts other) {
        other.counts.forEach((kind, count) -> counts.merge(kind, count, Long::sum));
    }

    Map<String, Long> byKind() {
        return counts;
    }
}
