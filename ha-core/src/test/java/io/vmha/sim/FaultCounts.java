package io.vmha.sim;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Counts injected faults, and what came of them, by kind. Not thread-safe. */
final class FaultCounts {
    private final Map<String, Long> injected = new TreeMap<>();
    private final Map<String, Long> outcomes = new TreeMap<>();

    void add(String kind) {
        injected.merge(kind, 1L, Long::sum);
    }

    void addOutcome(String outcome) {
        outcomes.merge(outcome, 1L, Long::sum);
    }

    void addAll(FaultCounts other) {
        other.injected.forEach((kind, count) -> injected.merge(kind, count, Long::sum));
        other.outcomes.forEach((outcome, count) -> outcomes.merge(outcome, count, Long::sum));
    }

    Map<String, Long> byKind() {
        return Collections.unmodifiableMap(injected);
    }

    Map<String, Long> outcomes() {
        return Collections.unmodifiableMap(outcomes);
    }
}
