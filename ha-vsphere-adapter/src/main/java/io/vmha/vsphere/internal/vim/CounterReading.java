package io.vmha.vsphere.internal.vim;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongBinaryOperator;

/**
 * The samples of some counters of an object over a span of time. Immutable.
 *
 * @param samples by counter, those of all its instances; a counter that does not cover the span is missing
 */
public record CounterReading(Map<String, List<Long>> samples) {
    /** How often a host takes samples. */
    static final Duration SAMPLED = Duration.ofSeconds(20);
    /** How old the newest sample may be: a host hands them on with some delay. */
    private static final Duration FRESH = Duration.ofSeconds(90);

    /** Nothing known of any counter. */
    static final CounterReading NONE = new CounterReading(Map.of());

    /** How many samples cover a span. */
    static int count(Duration span) {
        return (int) Math.min(180, Math.max(1, span.dividedBy(SAMPLED)));
    }

    /**
     * Reads the answer about one object.
     *
     * @param answer as the server sent it
     * @param names of the counters by key
     * @param needed how many samples a series must have to cover the span
     * @param serverTime by the server's clock, as it writes it
     */
    static CounterReading from(XmlNode answer, Map<Integer, String> names, int needed, String serverTime) {
        XmlNode entity = answer.at("returnval").orElse(answer);
        List<XmlNode> infos = entity.all("sampleInfo");
        if (infos.size() < needed || !isFresh(infos.get(infos.size() - 1).textAt("timestamp"), serverTime)) {
            return NONE;
        }
        Map<String, List<Long>> samples = new HashMap<>();
        Set<String> partial = new HashSet<>();
        for (XmlNode series : entity.all("value")) {
            String name = names.get(series.numberAt("id", "counterId").orElse(-1));
            List<Long> values = new ArrayList<>();
            for (XmlNode value : series.all("value")) {
                OptionalLong number = value.number();
                // A host marks what it has no sample of as -1.
                if (number.isPresent() && number.getAsLong() >= 0 && number.getAsLong() <= Integer.MAX_VALUE) {
                    values.add(number.getAsLong());
                }
            }
            if (name != null && values.size() < needed) {
                partial.add(name);
            } else if (name != null) {
                samples.computeIfAbsent(name, same -> new ArrayList<>())
                        .addAll(values.subList(values.size() - needed, values.size()));
            }
        }
        samples.keySet().removeAll(partial);
        return new CounterReading(Map.copyOf(samples));
    }

    private static boolean isFresh(String sample, String serverTime) {
        try {
            Duration age = Duration.between(OffsetDateTime.parse(sample), OffsetDateTime.parse(serverTime));
            return age.compareTo(FRESH) <= 0;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** All samples of a counter put together; empty where it does not cover the span. */
    public OptionalLong fold(String counter, LongBinaryOperator operator) {
        return samples.getOrDefault(counter, List.of()).stream()
                .mapToLong(Long::longValue)
                .reduce(operator);
    }
}
