package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what a scenario expects. Stateless. */
final class ExpectationReader {
    private static final String NOT = "not";
    private static final Set<String> DECISION_KEYS = ImmutableSet.of(
            "at", "subject", "trigger", "outcome", "target", "targetRole", "reason", "explanation", NOT);
    private static final Set<String> FINAL_KEYS = ImmutableSet.of(
            "id",
            "health",
            "freeCpuMillis",
            "freeMemoryMiB",
            "host",
            "possibleHosts",
            "power",
            "servedBy",
            "subject",
            "need",
            "since",
            "plan",
            "reason",
            NOT);
    private static final Set<String> TIMES = ImmutableSet.of("at", "since");

    private ExpectationReader() {}

    static List<Expectation> decisions(YamlValue rows) {
        return rows.list().stream().map(row -> row(row, DECISION_KEYS)).collect(ImmutableList.toImmutableList());
    }

    static List<Expectation> ofTheEnd(YamlValue rows) {
        return rows.list().stream().map(row -> row(row, FINAL_KEYS)).collect(ImmutableList.toImmutableList());
    }

    private static Expectation row(YamlValue row, Set<String> known) {
        Map<String, YamlValue> keys = row.mapping(known);
        if (keys.isEmpty()) {
            throw row.error("names no key");
        }
        ImmutableMap.Builder<String, List<Optional<String>>> values = ImmutableMap.builder();
        keys.forEach((key, value) -> {
            if (!key.equals(NOT)) {
                values.put(key, accepted(key, value));
            }
        });
        boolean isForbidden =
                Optional.ofNullable(keys.get(NOT)).map(YamlValue::bool).orElse(false);
        return new Expectation(row.path(), values.buildOrThrow(), isForbidden);
    }

    private static List<Optional<String>> accepted(String key, YamlValue value) {
        if (value.isMapping()) {
            Map<String, YamlValue> keys = value.mapping(ImmutableSet.of("anyOf"));
            return value.required(keys, "anyOf").list().stream()
                    .map(one -> normal(key, one))
                    .collect(ImmutableList.toImmutableList());
        }
        return ImmutableList.of(normal(key, value));
    }

    /** Times are compared as numbers: 20 and 20.0 are the same. Lists are compared as sets. */
    private static Optional<String> normal(String key, YamlValue value) {
        if (value.isNull()) {
            return Optional.empty();
        }
        if (value.isList()) {
            return Optional.of(Expectation.text(
                    value.list().stream().map(YamlValue::text).sorted().toList()));
        }
        return Optional.of(TIMES.contains(key) ? Expectation.text(value.number()) : value.text());
    }
}
