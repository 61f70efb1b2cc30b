package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.vmha.center.event.NeedKind;
import io.vmha.model.ClusterRole;
import io.vmha.model.PowerState;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.Trigger;
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
    /** What is not one of these stands in no row: an expectation that forbids it would hold whatever happens. */
    private static final Map<String, Class<? extends Enum<?>>> NAMES = ImmutableMap.of(
            "trigger", Trigger.class,
            "outcome", Outcome.class,
            "targetRole", ClusterRole.class,
            "reason", Reason.class,
            "power", PowerState.class,
            "need", NeedKind.class);

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
            YamlValue anyOf = value.required(keys, "anyOf");
            if (anyOf.list().isEmpty()) {
                throw anyOf.error("names no value");
            }
            return anyOf.list().stream().map(one -> normal(key, one)).collect(ImmutableList.toImmutableList());
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
        Class<? extends Enum<?>> names = NAMES.get(key);
        if (names != null) {
            return Optional.of(nameOf(names, value));
        }
        return Optional.of(TIMES.contains(key) ? Expectation.text(value.number()) : value.text());
    }

    private static <E extends Enum<E>> String nameOf(Class<? extends Enum<?>> names, YamlValue value) {
        @SuppressWarnings("unchecked") // the class of some enum's constants
        Class<E> constants = (Class<E>) names;
        return value.oneOf(constants).name();
    }
}
