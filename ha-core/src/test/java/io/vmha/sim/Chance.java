package io.vmha.sim;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * All that chance decides in one simulation. Each matter has a stream of draws of its own, by its name: a draw about one thing
 * changes nothing of what is drawn about others, so that a course that was kept goes on showing what it was kept for. Confined to the
 * simulation's thread.
 */
final class Chance {
    private final long seed;
    private final Map<String, SplittableRandom> streams = new HashMap<>();

    Chance(long seed) {
        this.seed = seed;
    }

    /** The stream of draws about one matter. */
    SplittableRandom about(String what) {
        return streams.computeIfAbsent(what, key -> new SplittableRandom(seed * 0x9E3779B97F4A7C15L + hash(key)));
    }

    private static long hash(String key) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }

    /** Whether something that happens with that probability happens. */
    boolean happens(String what, double probability) {
        return probability > 0 && about(what).nextDouble() < probability;
    }

    /** A length of time below the given number of milliseconds. */
    Duration millisBelow(String what, int bound) {
        return Duration.ofMillis(about(what).nextInt(bound));
    }
}
